/** Looking after the built-in gateway from the window: an upstream in three clicks and by keyboard alone, a key that works, its call seen with its cost, a price changed. */
import { expect, type Locator, type Page } from '@playwright/test'
import { barriers } from '../fixtures/accessible.ts'
import { gatewayOf } from '../fixtures/gateway.ts'
import { test } from '../fixtures/journey.ts'
import { below } from '../fixtures/processes.ts'
import { goTo } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'
import { startSmallModelServer, type SmallModelServer } from '../fixtures/small-model-server.ts'
import { formatExactMoney } from '../../src-shared/domain/money.ts'

let first: SmallModelServer
let second: SmallModelServer
test.beforeEach(async () => {
  first = await startSmallModelServer({ model: 'tiny-1', key: 'sk-right-one' })
  second = await startSmallModelServer({ model: 'tiny-2', key: 'sk-right-two' })
})
test.afterEach(async () => {
  await Promise.all([first.close(), second.close()])
})

const openTab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click()
const upstream = (page: Page, name: string): Locator => page.getByRole('listitem', { name, exact: true })

/** A model call as a coding tool with this key would make it. */
const callWith = (url: string, key: string): Promise<Response> => fetch(`${url}/v1/chat/completions`, {
  method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'tiny-1', messages: [{ role: 'user', content: 'hello there, secret question' }] }),
})

/** Presses Tab until something with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? (document.activeElement instanceof HTMLElement ? document.activeElement.innerText : ''))
    if (focused.startsWith(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${name} cannot be reached with Tab`)
}

test('upstreams, a key, its call and its price', async ({ journey }) => {
  test.setTimeout(240_000)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  const gateway = await gatewayOf(app)
  await goTo(page, 'Gateway')
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
  await expect(upstream(page, 'Practice').or(page.getByRole('listitem').filter({ hasText: 'offline-practice' })).first()).toBeVisible()

  await test.step('an upstream in three clicks, with its test call', async () => {
    await page.getByRole('button', { name: 'Add upstream' }).click()
    await page.getByRole('button', { name: /^OpenAI-compatible/ }).click()
    const form = page.getByRole('dialog', { name: 'Add OpenAI-compatible' })
    await form.getByLabel('Key').fill('sk-wrong')
    await form.getByLabel('Address').fill(first.url)
    await form.getByLabel('Name', { exact: true }).fill('Office')
    await form.getByLabel('Name', { exact: true }).blur()
    await form.getByRole('button', { name: 'Add and test' }).click()
    // A wrong key is told with what to do, and put right in the same place.
    await expect(form.getByRole('alert')).toContainText('refused its key. Change the key and test again.')
    await expect(upstream(page, 'Office').getByText('Key refused')).toHaveCount(1)
    expect(first.answered()).toBe(0)
    await form.getByLabel('Key').fill('sk-right-one')
    await form.getByRole('button', { name: 'Save and test again' }).click()
    await expect(form.getByText('It works:')).toBeVisible()
    await expect(form.getByText('Good day.')).toBeVisible()
    await expect(form.getByText(/^\$0\.\d+$/)).toBeVisible()
    expect(first.answered()).toBe(1)
    await form.getByRole('button', { name: 'Done' }).click()
    await expect(upstream(page, 'Office').getByText('tiny-1')).toBeVisible()
    await expect(upstream(page, 'Office').getByText('Reachable')).toBeVisible()
  })

  await test.step('another one by keyboard alone', async () => {
    await tabTo(page, 'Add upstream')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'Add an upstream' })).toBeVisible()
    await tabTo(page, 'OpenAI-compatible')
    await page.keyboard.press('Enter')
    await expect(page.getByLabel('Key')).toBeFocused()
    await page.keyboard.type('sk-right-two')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+a')
    await page.keyboard.type(second.url)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Second')
    await page.keyboard.press('Enter')
    await expect(page.getByText('It works:')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Done' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(upstream(page, 'Second').getByText('tiny-2')).toBeVisible()
    expect(second.answered()).toBe(1)
    // The tabs are one stop; arrow keys go between them.
    await tabTo(page, 'Upstreams')
    await page.keyboard.press('ArrowRight')
    await expect(page.getByRole('tab', { name: 'Models' })).toHaveAttribute('aria-selected', 'true')
  })

  const secret = await test.step('a key, shown once', async () => {
    await openTab(page, 'Keys and people')
    await page.getByRole('button', { name: 'Create key' }).click()
    const form = page.getByRole('dialog', { name: 'Create a key' })
    await form.getByLabel('What it is for').fill('Build server')
    await form.getByLabel('A day').fill('1.50')
    await form.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('dialog', { name: 'The key for Build server' })
    const text = await shown.getByLabel('Key', { exact: true }).innerText()
    await shown.getByRole('button', { name: 'Copy key' }).click()
    await expect(shown.getByText('Copied.')).toBeVisible()
    await shown.getByRole('button', { name: 'Done' }).click()
    await expect(page.getByText(text)).toHaveCount(0)
    await expect(page.getByRole('listitem', { name: 'Build server' }).getByText('of $1.50 today')).toBeVisible()
    return text.trim()
  })

  await test.step('its call is seen with what it cost', async () => {
    await openTab(page, 'Live')
    expect((await callWith(gateway.url, secret)).status).toBe(200)
    const row = page.getByRole('row').filter({ hasText: 'Build server' }).first()
    await expect(row.getByText('Finished')).toBeVisible()
    await expect(row).toContainText('tiny-1')
    await expect(row).toContainText('Office')
    await expect(row).toContainText('1,000 / 200')
    const charged = (await gateway.receipts())[0]?.charged_micro_usd ?? -1
    expect(charged).toBeGreaterThan(0)
    await expect(row).toContainText(formatExactMoney(charged))
    await expect(page.getByText('secret question')).toHaveCount(0)
  })

  await test.step('a price card changes what the model costs', async () => {
    await openTab(page, 'Prices')
    await page.getByRole('button', { name: 'Add price card' }).click()
    const form = page.getByRole('dialog', { name: 'Add a price card' })
    await form.getByLabel('Model').fill('tiny-1')
    await form.getByLabel('In', { exact: true }).fill('1.25')
    await form.getByLabel('Out', { exact: true }).fill('7.75')
    await form.getByRole('button', { name: 'Add price card' }).click()
    await expect(form).toBeHidden()
    await openTab(page, 'Models')
    const row = page.getByRole('row').filter({ hasText: 'tiny-1' }).first()
    await expect(row).toContainText('$1.25')
    await expect(row).toContainText('$7.75')
    await expect(page.getByRole('row').filter({ hasText: 'tiny-2' }).first()).not.toContainText('$1.25')
  })

  await test.step('what is taken away is gone', async () => {
    await openTab(page, 'Upstreams')
    await upstream(page, 'Second').getByRole('button', { name: 'More for Second' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('dialog', { name: 'Remove Second?' }).getByRole('button', { name: 'Remove' }).click()
    await expect(upstream(page, 'Second')).toHaveCount(0)
    await openTab(page, 'Keys and people')
    await page.getByRole('button', { name: 'More for Build server' }).click()
    await page.getByRole('menuitem', { name: 'Revoke…' }).click()
    await page.getByRole('dialog', { name: 'Revoke Build server?' }).getByRole('button', { name: 'Revoke' }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect((await callWith(gateway.url, secret)).status).toBe(401)
  })

  expect(app.pageProblems).toEqual([])
})

test('a gateway that is ended is said to be away, and followed again when it is back', async ({ journey }) => {
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  const gateway = await gatewayOf(app)
  await goTo(page, 'Gateway')
  await openTab(page, 'Live')
  await expect(page.getByText('No requests yet')).toBeVisible()
  const practice = (): Promise<Response> => fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST', headers: { authorization: `Bearer ${gateway.ownToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'offline-practice', messages: [{ role: 'user', content: 'help' }] }),
  })
  expect((await practice()).status).toBe(200)
  const rows = page.getByRole('row').filter({ hasText: 'offline-practice' })
  await expect(rows).toHaveCount(1)

  // The gateway lets twenty pages watch: a page that leaves must really be gone.
  for (let visit = 0; visit < 25; visit += 1) {
    await goTo(page, 'Home')
    await goTo(page, 'Gateway')
  }
  await openTab(page, 'Live')
  await expect(page.getByText('Connecting', { exact: true })).toHaveCount(0)
  await expect(page.getByText('Not live', { exact: true })).toHaveCount(0)
  await expect(rows).toHaveCount(1)

  const [running] = below(app.pid).filter(({ command }) => /gateway\.cjs|utility-sub-type=node/.test(command))
  if (!running) throw new Error('no gateway runs')
  process.kill(running.pid, 'SIGKILL')
  await expect(page.getByText('Not live', { exact: true })).toBeVisible()
  await expect(page.getByText('Not live', { exact: true })).toHaveCount(0, { timeout: 30_000 })
  // It lists what it knows: the new process has seen nothing yet.
  expect((await practice()).status).toBe(200)
  await expect(rows).toHaveCount(1)
  await openTab(page, 'Keys and people')
  await expect(page.getByText('owner', { exact: true })).toBeVisible()
})

test('every tab is accessible in both themes', async ({ journey }) => {
  test.setTimeout(180_000)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await goTo(page, 'Gateway')
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((choice) => window.portico.call('settings.update', { theme: choice }), theme)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    for (const tab of ['Upstreams', 'Models', 'Prices', 'Keys and people', 'Live', 'Log']) {
      await openTab(page, tab)
      await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible()
      await expect(page.getByRole('status', { name: /^Reading/ })).toHaveCount(0)
      expect(await barriers(page), `${tab}, ${theme}`).toEqual([])
    }
  }
})
