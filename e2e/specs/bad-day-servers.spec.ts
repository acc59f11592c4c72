/** MCP servers on a bad day, and a folder that goes away: the chat and the Tools room say what happened, and go on working. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from '@playwright/test'
import type { PorticoApp } from '../fixtures/app.ts'
import { addBadServer } from '../fixtures/bad-server.ts'
import { conversation, messageBox, noteOf, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { below } from '../fixtures/processes.ts'
import { goTo } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

const MODEL = 'offline-practice'

test('servers that fail in every way, and a folder that is gone', async ({ journey }) => {
  test.setTimeout(120_000)
  const app = await journey.start()
  const { page } = app
  const { person } = journey
  await signIn(journey, app)

  await test.step('a server that does not start says why', () => doesNotStart(page, person.folder))
  await test.step('a server that never answers can be stopped while it starts', () => neverAnswers(app, person.folder))
  await test.step('noise on stdout is counted and shown, not fatal', () => noise(page, person.folder))

  await addBadServer(page, person.folder, 'tricky')
  await openNewSession(page, person.project, MODEL)
  await test.step('a turn goes on without the servers that failed', () => turn(page, 'use fine {}', 'all is fine'))
  await test.step('a 5 MB result is shown short and kept whole', () => bigResult(page))
  await test.step('a server that dies in the middle of a call', () => dies(page))
  await test.step('a call that hangs is stopped, and the same server is used again', () => hangs(app))
  await test.step('the built-in gateway dies in the middle of an answer and comes back by itself', () => gatewayDies(app))
  await test.step('the folder is removed while the session is open', () => folderGone(page, person.folder))
  expect(app.pageProblems).toEqual([])
})

async function show(page: Page, name: string): Promise<Locator> {
  await goTo(page, 'Tools')
  await page.getByRole('navigation', { name: 'MCP servers' }).getByRole('button', { name: new RegExp(`^${name}`) }).click()
  return page.getByRole('region', { name, exact: true })
}

async function doesNotStart(page: Page, folder: string): Promise<void> {
  await addBadServer(page, folder, 'missing')
  const missing = await show(page, 'missing')
  await missing.getByRole('button', { name: 'Start now' }).click()
  await expect(missing.getByText('failed', { exact: true })).toBeVisible()
  await expect(noteOf(page, 'mcp.start-failed', { server: 'missing' })).toContainText('There is no program “no-such-program-anywhere” on the PATH.')

  await addBadServer(page, folder, 'crash')
  const crash = await show(page, 'crash')
  await crash.getByRole('button', { name: 'Start now' }).click()
  await expect(noteOf(page, 'mcp.start-failed', { server: 'crash' })).toContainText('Error: no licence found')
  await expect(crash.getByText('crash did not start.')).toHaveCount(1)
  await expect(crash.getByLabel('Last lines of stderr')).toContainText('Error: no licence found')
  await expect(crash.getByRole('button', { name: 'Start again' })).toBeVisible()
}

async function neverAnswers(app: PorticoApp, folder: string): Promise<void> {
  const { page } = app
  const id = await addBadServer(page, folder, 'mute')
  const mute = await show(page, 'mute')
  await mute.getByRole('button', { name: 'Start now' }).click()
  await expect(mute.getByText('starting', { exact: true }).first()).toBeVisible()
  await expect.poll(() => processesOf(app, 'mute')).toBe(1)
  await mute.getByRole('button', { name: 'Stop' }).click()
  await expect(mute.getByText('starts when needed', { exact: true })).toBeVisible()
  await expect.poll(() => processesOf(app, 'mute')).toBe(0)

  await openNewSession(page, folder, MODEL)
  await sendAndClear(page, 'list')
  await expect.poll(() => processesOf(app, 'mute')).toBe(1)
  await expect(page.getByText('Working…')).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(conversation(page).getByText('stopped', { exact: true })).toBeVisible()
  await page.evaluate((server) => window.portico.call('tools.setEnabled', { id: server, enabled: false }), id)
  await expect.poll(() => processesOf(app, 'mute')).toBe(0)
}

async function noise(page: Page, folder: string): Promise<void> {
  await addBadServer(page, folder, 'noisy')
  const noisy = await show(page, 'noisy')
  await noisy.getByRole('button', { name: 'Start now' }).click()
  await expect(noisy.getByText('ready', { exact: true })).toBeVisible()
  await noisy.getByText(/lines on stdout that were not protocol/).click()
  await expect(noisy.getByLabel('Last lines of stderr')).toContainText('Welcome to the noisy server')
}

let turns = 0

/** Sends and waits until the turn is over; `shows` stands in the conversation then. */
async function turn(page: Page, text: string, shows: string): Promise<void> {
  const end = `End of turn ${(turns += 1)}`
  await sendAndClear(page, `${text}\nsay ${end}`)
  await expect(conversation(page).getByText(end, { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  await expect(conversation(page).getByText(shows).last()).toBeVisible()
}

function card(page: Page, tool: string): Locator {
  return conversation(page).getByRole('button', { name: new RegExp(`^tricky · ${tool}`) }).last()
}

async function bigResult(page: Page): Promise<void> {
  await turn(page, 'use big {}', 'The last result began with')
  await expect(card(page, 'big')).toContainText('5 MB')
  await card(page, 'big').click()
  const result = conversation(page).getByText(/bytes left out; full text \(\d+ bytes\) is in/).last()
  await expect(result).toBeVisible()
  const kept = /full text \((\d+) bytes\) is in (\S+)/.exec(await result.innerText())
  const [, bytes = '', file = ''] = kept ?? []
  expect(Number(bytes)).toBeGreaterThanOrEqual(5_000_000)
  expect(statSync(file).size).toBe(Number(bytes))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8').endsWith('a very long result.\n')).toBe(true)
  // The page is still quick on its feet.
  await card(page, 'big').click()
  const before = Date.now()
  await messageBox(page).pressSequentially('quick')
  expect(Date.now() - before).toBeLessThan(2_000)
}

async function dies(page: Page): Promise<void> {
  await turn(page, 'use die {}', 'That did not work')
  await expect(card(page, 'die')).toContainText('failed')
  await card(page, 'die').click()
  await expect(conversation(page).getByText(/tricky ended\. Its process ended.*Error: out of paper/).last()).toBeVisible()
  await turn(page, 'use fine {}', 'all is fine')
  await expect(card(page, 'fine')).not.toContainText('failed')
}

async function hangs(app: PorticoApp): Promise<void> {
  const { page } = app
  await sendAndClear(page, 'use hang {}')
  await expect(card(page, 'hang').getByText('running')).toBeAttached()
  await messageBox(page).fill('use fine {}')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(card(page, 'hang')).toContainText('stopped')
  await expect(messageBox(page)).toHaveValue('use fine {}')
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  await turn(page, 'use fine {}', 'all is fine')
  await expect(card(page, 'fine')).not.toContainText(/failed|stopped/)
  expect(processesOf(app, 'tricky')).toBe(1)
}

async function gatewayDies(app: PorticoApp): Promise<void> {
  const { page } = app
  await sendAndClear(page, 'stream 20000 characters at 2000 per second')
  await expect(conversation(page).getByText('A practice passage').first()).toBeVisible()
  const [gateway] = below(app.pid).filter(({ command }) => /gateway\.cjs|utility-sub-type=node/.test(command))
  if (!gateway) throw new Error('the gateway has no process')
  process.kill(gateway.pid, 'SIGKILL')
  await expect(noteOf(page, 'stream.cut')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  await turn(page, 'use fine {}', 'all is fine')
}

async function folderGone(page: Page, folder: string): Promise<void> {
  const work = path.join(folder, 'work')
  const aside = path.join(folder, 'work-aside')
  mkdirSync(work)
  writeFileSync(path.join(work, 'a.txt'), 'one')
  await openNewSession(page, work, MODEL)
  await sendAndClear(page, 'read a.txt')
  await expect(conversation(page).getByText('The last result began with')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  cpSync(work, aside, { recursive: true })
  rmSync(work, { recursive: true })
  await messageBox(page).fill('read a.txt')
  await messageBox(page).press('Enter')
  const note = noteOf(page, 'workspace.missing', { folder: work })
  await expect(note).toContainText(work)
  await expect(page.getByRole('button', { name: 'New session elsewhere…' })).toBeVisible()
  await expect(messageBox(page)).toHaveValue('read a.txt')
  await expect(conversation(page).getByText('You: read a.txt', { exact: true })).toHaveCount(1)
  cpSync(aside, work, { recursive: true })
  await messageBox(page).press('Enter')
  await expect(note).toBeHidden()
  await expect(conversation(page).getByText('You: read a.txt', { exact: true })).toHaveCount(2)
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()

  // Gone while a change waits for an answer: the change fails, and the folder is not made again behind the person's back.
  await sendAndClear(page, 'write b.txt: two')
  const asked = page.getByRole('region', { name: /b\.txt/ })
  await asked.waitFor()
  rmSync(work, { recursive: true })
  await page.waitForTimeout(500) // The card takes no answer in its first 0.4 s, so that a stray key cannot give one.
  await asked.getByRole('button', { name: 'Allow once' }).click()
  await expect(conversation(page).getByText('That did not work').last()).toBeVisible()
  expect(existsSync(work)).toBe(false)
}

/** Processes of the server with this badness below the app. */
function processesOf(app: PorticoApp, badness: string): number {
  return below(app.pid).filter(({ command }) => command.endsWith(`bad-server.mjs ${badness}`)).length
}
