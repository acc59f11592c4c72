/** What was said is found again, gone on with from any place, and taken over from other tools. */
import { cpSync } from 'node:fs'
import path from 'node:path'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, messageBox, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { rig } from '../fixtures/rig.ts'
import { receiptLines } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

test('search, edit and send again, ask again, and a session of another tool', async ({ journey }) => {
  test.setTimeout(150_000)
  cpSync(path.join(rig().root, 'src-main/history/fixtures/home'), journey.person.home, { recursive: true })
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openNewSession(page, journey.person.project, 'offline-practice')
  await sendAndClear(page, 'say The heron stands in the reeds')
  await expect(receiptLines(page)).toHaveCount(1)
  for (let n = 1; n <= 3; n += 1) {
    await sendAndClear(page, `stream ${1500 + n} characters`)
    // Only what is in sight is drawn, so the receipts cannot be counted.
    await expect(page.getByRole('button', { name: 'Send' })).toBeVisible({ timeout: 30_000 })
  }
  const list = page.getByRole('navigation', { name: 'Sessions' })
  const search = list.getByRole('searchbox', { name: 'Search all sessions' })

  await test.step('a word is found, and its place shown', async () => {
    await expect(conversation(page).getByText('The heron stands in the reeds').first()).not.toBeInViewport()
    await search.fill('reeds hero')
    const hit = list.getByRole('list', { name: 'Found' }).getByRole('button').filter({ hasText: 'Answer: ' }).first()
    await expect(hit).toContainText('heron')
    expect(await barriers(page)).toEqual([])
    await hit.click()
    await expect(conversation(page).getByText('The heron stands in the reeds').first()).toBeInViewport()
    await search.fill('kingfisher')
    await expect(list.getByText('Nothing found.')).toBeVisible()
    await search.fill('')
  })

  await test.step('a message is edited and sent again in a session of its own', async () => {
    const said = conversation(page).locator('.group\\/said').first()
    await said.hover()
    await said.getByRole('button', { name: 'Edit, in a new session' }).click()
    await expect(messageBox(page)).toHaveValue('say The heron stands in the reeds')
    await messageBox(page).fill('say The egret stands in the reeds')
    await messageBox(page).press('Enter')
    await expect(conversation(page).getByText('The egret stands in the reeds').last()).toBeVisible()
    await expect(receiptLines(page)).toHaveCount(1)
    await page.getByRole('button', { name: 'Ask again' }).click()
    await expect(receiptLines(page)).toHaveCount(2)
  })

  await test.step('a session of Codex is taken over, and is a session like any other', async () => {
    await list.getByRole('button', { name: 'Go on with a session of another tool' }).click()
    const dialog = page.getByRole('dialog', { name: 'Go on with a session of another tool' })
    const rows = dialog.getByRole('list', { name: 'Sessions of other tools' }).getByRole('listitem')
    await expect(rows.first()).toBeVisible()
    expect(await barriers(page)).toEqual([])
    await rows.filter({ hasText: 'Codex' }).first().getByRole('button', { name: /^Take over/ }).click()
    await expect(dialog).toBeHidden()
    await expect(conversation(page)).toBeVisible()
    await expect(receiptLines(page).or(conversation(page).getByText(/call/).last()).first()).toBeVisible()
  })
  expect(app.pageProblems).toEqual([])
})
