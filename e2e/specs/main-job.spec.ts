/** The main job on real parts, end to end: first run, sign in, wallet, MCP servers, a turn that edits a file with one approval, a power cut, the bill, a message, sign out. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { closeNotifications, keychainLabels, keychainSecrets, notificationPixels, notifications, takePicture } from '../fixtures/desktop.ts'
import { gatewayOf } from '../fixtures/gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { everythingServer, filesystemServer } from '../fixtures/mcp.ts'
import { filesHolding } from '../fixtures/person.ts'
import { addServer, goTo, newSession, receiptLines, send } from '../fixtures/rooms.ts'
import { KEYCHAIN_SERVICE, signIn, signOut } from '../fixtures/sign-in.ts'
import { formatMoney } from '../../src-shared/domain/money.ts'

test('the main job', async ({ journey }, info) => {
  test.setTimeout(240_000)
  const { person } = journey
  const notes = path.join(person.project, 'notes.md')
  writeFileSync(notes, '# Notes\n\nan old line\n')

  let app = await journey.start()
  await test.step('sign in through the approval page', () => signIn(journey, app))
  const token = (await keychainSecrets(KEYCHAIN_SERVICE))[0]?.password ?? ''
  expect(token.length).toBeGreaterThan(20)
  let gateway = await gatewayOf(app)
  const before = await gateway.balanceMicro()

  await test.step('Home shows what the ledger holds', async () => {
    const balance = app.page.getByRole('region', { name: 'Balance' }).or(app.page.locator('section', { hasText: 'Balance' })).first()
    await expect(balance.getByText(formatMoney(before), { exact: true }).first()).toBeVisible()
    await expect(app.page.getByText('until it ends').or(app.page.getByText('for this price')).first()).toBeVisible()
    await expect(app.page.getByText(/^as of /).first()).toBeVisible()
  })

  await test.step('two real MCP servers, each allowed by hand', async () => {
    await addServer(app.page, filesystemServer(person.project))
    await addServer(app.page, everythingServer())
    await expect(app.page.getByText(/^2 servers · \d+ tools · 0 calls$/).first()).toBeVisible()
  })

  await test.step('a turn with two tool calls and one approval changes the file', async () => {
    await newSession(app.page, person.project)
    await send(app.page, `both: use read_text_file ${JSON.stringify({ path: notes })} | in notes.md replace "an old line" with "a new line"\nsay All done`)
    const asked = app.page.getByRole('region', { name: /notes\.md/ })
    await expect(asked.getByText('a new line')).toBeVisible()
    expect(readFileSync(notes, 'utf8')).toContain('an old line')
    // The call that needs no answer does not wait for the one that does.
    await expect(app.page.getByRole('button', { name: /^files · read_text_file/ })).toBeVisible()
    await app.page.waitForTimeout(500) // The card takes no answer in its first 0.4 s, so that a stray key cannot give one.
    await asked.getByRole('button', { name: 'Allow once' }).click()
    await expect(receiptLines(app.page)).toHaveCount(1)
    expect(readFileSync(notes, 'utf8')).toBe('# Notes\n\na new line\n')
    await expect(app.page.getByText('2 servers · ', { exact: false }).first()).toContainText('1 call')
  })

  const transcript = (): Promise<string> => app.page.getByRole('group', { name: 'Conversation' }).innerText()
  const seen = await transcript()

  await test.step('a power cut in the middle of a turn loses nothing that was shown', async () => {
    await send(app.page, 'stream 40000 characters at 2000 per second')
    await expect(app.page.getByRole('button', { name: 'Stop' })).toBeVisible()
    await expect.poll(async () => (await transcript()).length).toBeGreaterThan(seen.length + 1500)
    const shown = await transcript()
    await app.killHard()
    app = await journey.start()
    await goTo(app.page, 'Chat')
    await expect(app.page.getByText('interrupted', { exact: true })).toBeVisible()
    const after = await transcript()
    expect(after).toContain('All done')
    const streamed = (text: string): string => text.slice(text.lastIndexOf('characters at 2000 per second')).split('\n').filter((line) => line.length > 60)[0] ?? ''
    expect(streamed(shown).length).toBeGreaterThan(60)
    expect(after).toContain(streamed(shown))
  })

  await test.step('a call of the other server, and the sum of receipts is what left the wallet', async () => {
    gateway = await gatewayOf(app)
    await send(app.page, 'use echo {"message":"hello from a real server"}')
    // It declares itself read-only, so it runs unasked.
    await expect(app.page.getByRole('button', { name: /^everything · echo/ })).toBeVisible()
    await expect(app.page.getByText('hello from a real server').last()).toBeVisible()
    await expect(app.page.getByRole('button', { name: 'Stop' })).toBeHidden()
    await expect.poll(async () => {
      const charged = (await gateway.receipts()).reduce((sum, receipt) => sum + receipt.charged_micro_usd, 0)
      return charged - (before - (await gateway.balanceMicro()))
    }).toBe(0)
    expect((await gateway.receipts()).length).toBeGreaterThanOrEqual(4)
    await goTo(app.page, 'Home')
    await app.page.getByRole('button', { name: 'Refresh' }).first().click()
    await expect(app.page.getByText(formatMoney(await gateway.balanceMicro()), { exact: true }).first()).toBeVisible()
  })

  await test.step('a message arrives as one native notification on the screen', async () => {
    const picture = info.outputPath('notification.png')
    const shownBefore = notifications().length
    await closeNotifications()
    await expect.poll(async () => {
      await takePicture(picture)
      return notificationPixels(picture)
    }).toBe(0)
    await gateway.sendMessage('Prices fall at noon', 'Reduced until **14:40**.')
    await goTo(app.page, 'Inbox')
    await app.page.getByRole('button', { name: 'Refresh messages' }).click()
    await expect(app.page.getByText('Prices fall at noon').first()).toBeVisible()
    await expect.poll(async () => {
      await takePicture(picture)
      return notificationPixels(picture)
    }).toBeGreaterThan(500)
    expect(notifications().slice(shownBefore)).toEqual(['Prices fall at noon'])
    await app.page.getByRole('button', { name: 'Refresh messages' }).click()
    await app.page.getByText('Prices fall at noon').first().click()
    await expect.poll(async () => (await gateway.messages()).find((message) => message.title === 'Prices fall at noon')?.read_at ?? null).not.toBeNull()
    expect(notifications().slice(shownBefore)).toEqual(['Prices fall at noon'])
  })

  await test.step('sign out: the token is gone from the keychain, the disk and the gateway', async () => {
    await signOut(app)
    expect(await keychainLabels()).toEqual([])
    // The person is let go at once; the gateway is told in the same breath, but over the network.
    await expect.poll(async () => (await fetch(`${gateway.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    await app.quit()
    expect(filesHolding([person.home, app.userData], [token])).toEqual([])
    expect(app.pageProblems).toEqual([])
  })
})
