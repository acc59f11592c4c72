/** A hosted gateway on a bad day: each failure is said in its own words, nothing typed or shown is lost, and the next good answer goes on in the same session. */
import type { Page } from '@playwright/test'
import type { AppErrorCode, ErrorFields } from '../../src-shared/errors.ts'
import { conversation, messageBox, noteOf, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { cutsAfter, garblesAfter, good, MODELS, overloadedAfter, pausesAfter, refuses, silent, startHostileGateway, webPage, type Behaviour, type HostileGateway } from '../fixtures/hostile-gateway.ts'
import { expect, test } from '../fixtures/journey.ts'

/** What stands in the box while things go wrong. */
const TYPED = 'Typed meanwhile,\non more\nthan one\nline,\nfor the next turn'

interface Case {
  name: string
  behaviour: Behaviour
  says: AppErrorCode
  /** What the words are built from, where the title or the next action depends on it. */
  fields?: ErrorFields
  /** Words of the detail. */
  detail: string
  /** Text that arrived before it went wrong. */
  shown?: string
}

const CASES: readonly Case[] = [
  { name: 'no credit', behaviour: refuses(402, 'Insufficient credits'), says: 'api.payment-required', detail: 'nothing was charged. Request id req-of-the-gateway.' },
  { name: 'too many requests', behaviour: refuses(429, 'Slow down', { 'retry-after': '600' }), says: 'api.rate-limited', detail: 'The gateway asks to wait 600 s.' },
  { name: 'server error', behaviour: refuses(500, 'The database is on fire'), says: 'api.server-error', detail: 'It answered 500. It said: “The database is on fire”.' },
  { name: 'half a stream', behaviour: cutsAfter('The first half of the answer'), says: 'stream.cut', detail: 'in the middle of the answer', shown: 'The first half of the answer' },
  { name: 'garbled stream', behaviour: garblesAfter('Words before the garble'), says: 'stream.malformed', detail: 'a stream that breaks its format', shown: 'Words before the garble' },
  { name: 'overloaded in the middle', behaviour: overloadedAfter('Words before the error'), says: 'api.server-error', detail: 'It said: “Too busy just now”.', shown: 'Words before the error' },
  { name: 'no JSON', behaviour: (_call, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('upstream connect error'), says: 'stream.malformed', detail: 'a stream that breaks its format' },
  { name: 'a web page', behaviour: (_call, response) => webPage(response), says: 'api.unexpected-answer', detail: '/v1/chat/completions answered 200 that Portico cannot read.' },
]

let gateway: HostileGateway
test.beforeEach(async () => {
  gateway = await startHostileGateway()
})
test.afterEach(() => gateway.down())

test('every way a gateway can fail a turn', async ({ journey }) => {
  test.setTimeout(120_000)
  const app = await journey.start()
  const { page } = app

  await test.step('a wrong address and a gateway that is down are said; the address typed stays', () => signInAfterMistakes(page))
  await test.step('Home keeps its numbers while the gateway is away', () => homeWhileAway(page))
  await openNewSession(page, journey.person.project, MODELS.chatCompletions)
  for (const each of CASES) await test.step(each.name, () => failsThenGoesOn(page, each))
  await test.step('down', () => down(page))
  await test.step('slow: it can be stopped at once', () => slow(page))
  await test.step('a short Retry-After is waited for, without bothering anyone', () => shortWait(page))
  await test.step('401: sign in again, then go on', () => refused(page))

  await openNewSession(page, journey.person.project, MODELS.messages)
  for (const each of CASES.filter((one) => one.shown !== undefined)) await test.step(`${each.name}, Messages wire`, () => failsThenGoesOn(page, each))

  // Whatever happened, each prompt was asked for once in what the model last read.
  const last = gateway.calls.findLast((call) => call.wire === 'chat-completions')?.prompts ?? []
  for (const prompt of [...CASES.map((each) => each.name), 'down', 'slow', 'silence', 'short wait', 'refused']) expect(last.filter((text) => text.includes(`Case: ${prompt}.`)), prompt).toHaveLength(1)
  expect(app.pageProblems).toEqual([])
})

async function signInAfterMistakes(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /CodeGrex/ }).check()
  const address = page.getByLabel('Address of CodeGrex')
  const signIn = page.getByRole('button', { name: 'Sign in', exact: true })
  await address.fill('http://gateway.example')
  await signIn.click()
  await expect(page.getByText('plain http works only on this computer')).toBeVisible()
  await gateway.down()
  await address.fill(gateway.url)
  await signIn.click()
  await expect(noteOf(page, 'gateway.unreachable')).toBeVisible()
  await expect(address).toHaveValue(gateway.url)
  await gateway.up()
  await address.fill(`${gateway.url}/no/such/place`)
  await signIn.click()
  await expect(noteOf(page, 'auth.unsupported')).toBeVisible()
  await expect(address).toHaveValue(`${gateway.url}/no/such/place`)
  await address.fill(gateway.url)
  await signIn.click()
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
}

async function homeWhileAway(page: Page): Promise<void> {
  const balance = page.getByText('$12.34', { exact: true }).first()
  await expect(balance).toBeVisible()
  const refresh = page.getByRole('button', { name: 'Refresh' })
  gateway.account(webPage)
  await refresh.click()
  await expect(noteOf(page, 'api.unexpected-answer')).toBeVisible()
  await expect(balance).toBeVisible()
  await gateway.down()
  await expect(refresh).toBeEnabled()
  await refresh.click()
  await expect(noteOf(page, 'gateway.unreachable')).toBeVisible()
  await expect(balance).toBeVisible()
  await expect(page.getByText(/^as of/).first()).toBeVisible()
  gateway.account(null)
  await gateway.up()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(noteOf(page, 'gateway.unreachable')).toBeHidden()
  await expect(balance).toBeVisible()
}

/** Sends into the failure, looks at what is said and kept, then lets Retry have a good answer. */
async function failsThenGoesOn(page: Page, { name, behaviour, says, fields, detail, shown }: Case): Promise<void> {
  gateway.models(behaviour)
  await sendAndClear(page, `Case: ${name}.`)
  await messageBox(page).fill(TYPED)
  const note = noteOf(page, says, fields)
  await expect(note).toContainText(detail)
  await failedAndKept(page, name)
  if (shown) await expect(conversation(page).getByText(shown).last()).toBeVisible()
  await retryIsGood(page, name)
}

async function failedAndKept(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  await expect(conversation(page).getByText('failed', { exact: true }).last()).toBeVisible()
  await expect(conversation(page).getByText(`You: Case: ${name}.`, { exact: true })).toBeVisible()
  await expect(messageBox(page)).toHaveValue(TYPED)
  await expect(page.getByRole('button', { name: 'Stop' })).toBeHidden()
  // The end of the conversation stays in sight, however tall the box has become.
  await expect(page.getByRole('button', { name: 'Jump to newest' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Retry' })).toBeInViewport()
}

async function retryIsGood(page: Page, name: string): Promise<void> {
  gateway.models(good)
  await page.getByRole('button', { name: 'Retry' }).click()
  await answeredWell(page, name)
  await expect(messageBox(page)).toHaveValue(TYPED)
  expect(gateway.calls.at(-1)?.prompts.filter((text) => text.includes(`Case: ${name}.`))).toHaveLength(1)
}

/** The newest answer is whole, and the turn is over without a failure. */
async function answeredWell(page: Page, name: string): Promise<void> {
  await expect(conversation(page).getByText(`A good answer to “Case: ${name}.”.`)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Retry' })).toBeHidden()
}

async function down(page: Page): Promise<void> {
  await gateway.down()
  await sendAndClear(page, 'Case: down.')
  await messageBox(page).fill(TYPED)
  await expect(noteOf(page, 'gateway.unreachable')).toContainText(gateway.url)
  await failedAndKept(page, 'down')
  await gateway.up()
  await retryIsGood(page, 'down')
}

async function slow(page: Page): Promise<void> {
  gateway.models(silent)
  await sendAndClear(page, 'Case: slow.')
  await expect(page.getByText('Working…')).toBeVisible()
  const before = Date.now()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(conversation(page).getByText('stopped', { exact: true }).last()).toBeVisible()
  expect(Date.now() - before).toBeLessThan(3_000)
  await messageBox(page).fill(TYPED)
  await retryIsGood(page, 'slow')

  gateway.models(pausesAfter('Words before the silence.').behaviour)
  await sendAndClear(page, 'Case: silence.')
  await expect(conversation(page).getByText('Words before the silence.')).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  await expect(conversation(page).getByText('Words before the silence.')).toBeVisible()
  await messageBox(page).fill(TYPED)
  await retryIsGood(page, 'silence')
}

async function shortWait(page: Page): Promise<void> {
  const before = gateway.calls.length
  gateway.models((call, response) => (gateway.calls.length === before + 1 ? refuses(429, 'One moment', { 'retry-after': '1' }) : good)(call, response))
  await sendAndClear(page, 'Case: short wait.')
  await expect.poll(() => gateway.calls.length).toBe(before + 2)
  await answeredWell(page, 'short wait')
}

async function refused(page: Page): Promise<void> {
  gateway.forgetTokens()
  await sendAndClear(page, 'Case: refused.')
  await messageBox(page).fill(TYPED)
  await expect(conversation(page).getByText('The gateway no longer accepts this sign-in.')).toBeVisible()
  await failedAndKept(page, 'refused')
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled()
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Sign in again' }).click()
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled()
  await retryIsGood(page, 'refused')
}
