/** Starting on a bad day: damaged files, a taken port, a full disk. What was damaged is kept aside and named in the window, and the app opens and works. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { conversation, messageBox, noteOf, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { good, MODELS, pausesAfter, startHostileGateway, type HostileGateway } from '../fixtures/hostile-gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { goTo } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

/** What the window calls each file, and what is in it on this bad day. */
const DAMAGED: readonly (readonly [file: string, name: string, content: string])[] = [
  ['portico.db', 'The sessions database', 'This is no database. '.repeat(500)],
  ['settings.json', 'The settings file', '{"version": 1, "theme": "da'],
  ['auth.json', 'The sign-in file', '[]'],
  ['account.json', 'The account file', '{"version": 99}'],
  ['inbox.json', 'The inbox file', '\u0000\u0000\u0000\u0000'],
  ['mcp-servers.json', 'The list of MCP servers', '{"servers": "all of them"}'],
]
/** Nobody would miss these, so nothing is said about them. */
const QUIETLY_REPLACED: readonly (readonly [file: string, content: string])[] = [['window.json', '{"x": "left"'], ['last-screen', 'no checksum\n{']]
const GATEWAY_PORT = 18_790

test('every file damaged and the gateway’s port taken', async ({ journey }) => {
  const data = path.join(journey.person.home, '.config/Portico')
  mkdirSync(path.join(data, 'gateway'), { recursive: true })
  for (const [file, , content] of DAMAGED) writeFileSync(path.join(data, file), content)
  for (const [file, content] of QUIETLY_REPLACED) writeFileSync(path.join(data, file), content)
  writeFileSync(path.join(data, 'gateway/gateway.db'), 'Not a ledger either. '.repeat(500))
  const other = await takePort(GATEWAY_PORT)
  try {
    const app = await journey.start()
    const { page } = app
    const notices = page.getByRole('region', { name: 'Notices' })
    for (const [file, name, content] of DAMAGED) {
      await test.step(`${name} is kept aside and named`, async () => {
        await expect(notices.getByText(`${name} was damaged.`)).toBeVisible()
        const copies = readdirSync(data).filter((each) => each.startsWith(`${file}.damaged-`) && !/-(wal|shm)$/.test(each))
        expect(copies).toHaveLength(1)
        await expect(notices.getByText(`The damaged copy is kept at ${path.join(data, copies[0] ?? '')}.`)).toBeVisible()
        expect(readFileSync(path.join(data, copies[0] ?? ''), 'utf8')).toBe(content)
      })
    }
    await expect.poll(() => readdirSync(path.join(data, 'gateway')).some((file) => file.startsWith('gateway.db.damaged-'))).toBe(true)

    await test.step('signing in, and a turn', async () => {
      await signIn(journey, app)
      await openNewSession(page, journey.person.project, 'offline-practice')
      await sendAndClear(page, 'say Still here')
      await expect(conversation(page).getByText('Still here', { exact: true })).toBeVisible()
    })
    await test.step('the port and the wallet’s database are named too', async () => {
      await goTo(page, 'Home')
      await expect(page.getByText('The wallet’s database was damaged').first()).toBeVisible()
      await goTo(page, 'Settings')
      await expect(page.getByText(`Port ${GATEWAY_PORT} is used by another program`)).toBeVisible()
    })
    await test.step('a notice goes when it was read', async () => {
      const dismiss = notices.getByRole('button', { name: 'Dismiss' })
      for (let left = DAMAGED.length; left > 0; left -= 1) {
        await expect(dismiss).toHaveCount(left)
        await dismiss.first().click()
      }
      await expect(notices).toBeHidden()
    })
    expect(app.pageProblems).toEqual([])
    await app.quit()

    const again = await journey.start()
    await goTo(again.page, 'Chat')
    await expect(conversation(again.page).getByText('Still here', { exact: true })).toBeVisible()
    await expect(again.page.getByRole('region', { name: 'Notices' })).toBeHidden()
  } finally {
    other?.close()
  }
})

test('the disk is full', async ({ journey }, info) => {
  const data = path.join(journey.person.home, '.config/Portico')
  mkdirSync(data, { recursive: true })
  if (!mountSmallDisk(data)) {
    info.annotations.push({ type: 'not shown', description: 'mounting a small disk is not allowed here; unit tests stand for it' })
    return
  }
  const gateway = await startHostileGateway()
  try {
    let app = await journey.start()
    await signInTo(app.page, gateway)
    await openNewSession(app.page, journey.person.project, MODELS.chatCompletions)
    await sendAndClear(app.page, 'Before the disk is full')
    await expect(conversation(app.page).getByText('A good answer to “Before the disk is full”.')).toBeVisible()

    // More than a full disk takes, less than the model does: a longer conversation would be summed up first.
    const long = `A long message. ${'It needs some room. '.repeat(6_000)}`
    await test.step('what cannot be kept is said, and stays in the box', async () => {
      fillDisk(data)
      await messageBox(app.page).fill(long)
      await messageBox(app.page).press('Enter')
      await expect(noteOf(app.page, 'storage.disk-full')).toBeVisible()
      await expect(messageBox(app.page)).toHaveValue(long)
      await expect(conversation(app.page).getByText('You: Before the disk is full')).toBeVisible()
      expect(gateway.calls).toHaveLength(1)
    })
    await test.step('a setting that cannot be kept is not changed', async () => {
      await goTo(app.page, 'Settings')
      const notifications = app.page.getByRole('switch', { name: 'Notifications' })
      await notifications.click()
      await expect(app.page.getByRole('region', { name: 'Notes' }).getByText('The disk is full.')).toBeVisible()
      await expect(notifications).toBeChecked()
    })
    await test.step('with room again the same message goes out', async () => {
      freeDisk(data)
      await goTo(app.page, 'Chat')
      await messageBox(app.page).press('Enter')
      await expect(messageBox(app.page)).toHaveValue('')
      await expect(conversation(app.page).getByText(/^A good answer to “A long message\./)).toBeVisible()
      await expect(app.page.getByRole('button', { name: 'Send' })).toBeVisible()
      expect(gateway.calls).toHaveLength(2)
      expect(gateway.calls.at(-1)?.prompts.at(-1)).toContain('A long message.')
    })
    await test.step('full in the middle of an answer: the turn ends and says so, and can be tried again', async () => {
      const paused = pausesAfter('Words that still had room.')
      gateway.models(paused.behaviour)
      await sendAndClear(app.page, 'Now the disk fills up')
      await expect(conversation(app.page).getByText('Words that still had room.')).toBeVisible()
      fillDisk(data)
      paused.goOn(' These had none.'.repeat(20_000))
      await expect(conversation(app.page).getByText('The disk is full.').last()).toBeVisible()
      await expect(conversation(app.page).getByText('failed', { exact: true }).last()).toBeVisible()
      freeDisk(data)
      gateway.models(good)
      await app.page.getByRole('button', { name: 'Retry' }).click()
      await expect(app.page.getByRole('button', { name: 'Retry' })).toBeHidden()
      await expect(conversation(app.page).getByText('A good answer to “Now the disk fills up”.')).toBeVisible()
    })
    await test.step('it opens on a full disk, with all that was there', async () => {
      await app.quit()
      fillDisk(data)
      app = await journey.start()
      await goTo(app.page, 'Chat')
      await expect(conversation(app.page).getByText('You: Now the disk fills up')).toBeVisible()
    })
    freeDisk(data)
    await app.quit()
  } finally {
    // Lazy: a process that is just ending may still hold it.
    execFileSync('umount', ['--lazy', data])
    await gateway.down()
  }
})

async function signInTo(page: Page, gateway: HostileGateway): Promise<void> {
  await page.getByRole('radio', { name: /CodeGrex/ }).check()
  await page.getByLabel('Address of CodeGrex').fill(gateway.url)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
}

/** Listens on the port; null when somebody else does already, which is as good. */
function takePort(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** A disk of its own for the app's data, big enough for a browser's profile; false where this user may not mount. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const filler = (folder: string): string => path.join(folder, 'filler')

/** Leaves not one free block. */
function fillDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  const whole = Buffer.alloc(bavail * bsize)
  try {
    writeFileSync(filler(folder), whole)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
  expect(statfsSync(folder).bavail).toBe(0)
}

function freeDisk(folder: string): void {
  if (existsSync(filler(folder))) rmSync(filler(folder))
}
