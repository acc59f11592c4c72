/** Portico stays in the tray when its window is closed, says so once, runs once, and every room can be used by everybody. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { barriers } from '../fixtures/accessible.ts'
import { clearNotifications, clickNotification, notifications } from '../fixtures/desktop.ts'
import { gatewayOf } from '../fixtures/gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { below, isGone } from '../fixtures/processes.ts'
import { rig } from '../fixtures/rig.ts'
import { goTo, newSession, send, type RoomName } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

const STILL_RUNNING = 'Portico is still running'

test('closing leaves it in the tray; starting it again shows the same one', async ({ journey }) => {
  const app = await journey.start()
  await signIn(journey, app)
  await goTo(app.page, 'Tools')
  const renderers = (): number => below(app.pid).filter((one) => one.command.includes('--type=renderer')).length
  expect(renderers()).toBe(1)
  const told = (): number => notifications().filter((title) => title === STILL_RUNNING).length
  const before = told()

  await app.page.evaluate(() => window.close())
  await expect.poll(() => app.pages().length).toBe(0)
  await expect.poll(renderers).toBe(0)
  expect(isGone(app.pid)).toBe(false)
  await expect.poll(told).toBe(before + 1)

  // What a person does who does not see it: start it once more.
  const startAgain = (): Promise<number | null> => new Promise((resolve, reject) => {
    const second = spawn(rig().electron, [...rig().switches, rig().root], { cwd: journey.person.home, env: journey.person.env, stdio: 'ignore' })
    second.once('exit', resolve)
    second.once('error', reject)
  })
  expect(await startAgain()).toBe(0)
  await expect.poll(() => app.pages().length).toBe(1)
  const again = app.pages()[0] ?? app.page
  await expect(again.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
  expect(isGone(app.pid)).toBe(false)

  await again.evaluate(() => window.close())
  await expect.poll(() => app.pages().length).toBe(0)
  expect(await startAgain()).toBe(0)
  await expect.poll(() => app.pages().length).toBe(1)
  expect(told()).toBe(before + 1)
})

test('a click on a message’s notification opens the message', async ({ journey }) => {
  const welcomes = (): number => notifications().filter((title) => title === 'Welcome to Portico').length
  const before = welcomes()
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  const gateway = await gatewayOf(app)
  await expect.poll(welcomes).toBe(before + 1)
  await clearNotifications()
  const id = await gateway.sendMessage('Surge at ten', 'Prices rise from **10:00**.')
  await goTo(page, 'Inbox')
  await page.getByRole('button', { name: 'Refresh messages' }).click()
  await expect.poll(() => notifications().includes('Surge at ten')).toBe(true)
  await goTo(page, 'Account')
  await clickNotification()
  await expect(page.getByRole('main', { name: 'Inbox' }).getByRole('heading', { name: 'Surge at ten' })).toBeVisible()
  await expect.poll(async () => (await gateway.messages()).find((message) => message.id === id)?.read_at ?? null).not.toBeNull()
})

test('every room is accessible in both themes', async ({ journey }) => {
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  writeFileSync(path.join(journey.person.project, 'notes.md'), 'an old line\n')
  await newSession(page, journey.person.project)
  await send(page, 'both: read notes.md | in notes.md replace "old" with "new"')
  await expect(page.getByRole('button', { name: 'Allow once' })).toBeVisible()
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((choice) => window.portico.call('settings.update', { theme: choice }), theme)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    for (const room of ['Home', 'Chat', 'Tools', 'Gateway', 'Inbox', 'Account', 'Settings'] satisfies RoomName[]) {
      await goTo(page, room)
      await expect(page.getByRole('main', { name: room })).toBeVisible()
      expect(await barriers(page), `${room}, ${theme}`).toEqual([])
    }
  }
})
