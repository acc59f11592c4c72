/** Every room with something in it, the command palette, an approval, and what errors look like. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { gatewayOf } from '../fixtures/gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { giveClients } from '../fixtures/clients.ts'
import { everythingServer, filesystemServer } from '../fixtures/mcp.ts'
import { addServer, goTo, newSession, receiptLines, send } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'
import { startSmallModelServer } from '../fixtures/small-model-server.ts'
import { shoot } from './shoot.ts'

const CODE = `export function total(prices: readonly number[]): number {
  let sum = 0
  for (const price of prices) sum += price
  return sum
}
`

test('rooms', async ({ journey }) => {
  test.setTimeout(300_000)
  const { project } = journey.person
  mkdirSync(path.join(project, 'src'))
  writeFileSync(path.join(project, 'src/total.ts'), CODE)
  writeFileSync(path.join(project, 'notes.md'), '# Notes\n\n- an old line\n')
  giveClients(journey.person)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await expect(page.getByText(/^as of /).first()).toBeVisible()
  await shoot(page, 'home-first')
  await shootSetup(page)
  await goTo(page, 'Tools')
  await expect(page.getByText('No MCP servers yet')).toBeVisible()
  await shoot(page, 'tools-empty')
  await goTo(page, 'Chat')
  await expect(page.getByText('Choose a folder to work in')).toBeVisible()
  await shoot(page, 'chat-empty')

  await addServer(page, filesystemServer(project))
  await shoot(page, 'tools-ready')
  await addServer(page, everythingServer())
  await addBrokenServer(page)
  await shoot(page, 'tools-failed')

  await newSession(page, project)
  await shoot(page, 'chat-new')
  await send(page, 'think The person wants to see a longer answer. I begin with what matters and keep it short.\nstream 1500 characters')
  await expect(receiptLines(page)).toHaveCount(1)
  await page.getByRole('button', { name: /^Thought/ }).click()
  await shoot(page, 'chat-answer')
  await page.getByRole('button', { name: /^Thought/ }).click()
  await send(page, 'both: read src/total.ts | in src/total.ts replace "let sum = 0" with "let sum = 0 // in cents"\nsay The comment is in place.')
  const asked = page.getByRole('region', { name: /total\.ts/ })
  await expect(asked.getByRole('button', { name: 'Allow once' })).toBeVisible()
  await shoot(page, 'chat-approval')
  await asked.getByRole('button', { name: 'Deny with a note' }).click()
  await shoot(page, 'chat-deny')
  await asked.getByRole('button', { name: 'Back' }).click()
  await asked.getByRole('button', { name: 'Always…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await shoot(page, 'chat-always')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await asked.getByRole('button', { name: 'Allow once' }).click()
  await expect(receiptLines(page)).toHaveCount(2)
  await page.getByRole('button', { name: /^Edit|^edit/ }).last().click()
  await shoot(page, 'chat-tools')
  await page.getByRole('group', { name: 'Changes' }).last().hover()
  await page.getByRole('button', { name: 'Show changes side by side' }).last().click()
  await shoot(page, 'chat-beside')
  await page.getByRole('button', { name: 'Show changes in one column' }).last().click()
  await receiptLines(page).last().click()
  await shoot(page, 'chat-receipt')
  await send(page, 'run for n in 1 2 3 4 5 6 7 8 9; do echo "step $n of 9"; sleep 0.7; done')
  await page.getByRole('button', { name: 'Allow once' }).click()
  await expect(page.getByText('step 3 of 9')).toBeVisible()
  await shoot(page, 'chat-running')
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible({ timeout: 20_000 })
  await send(page, 'stream 30000 characters at 800 per second')
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible()
  await shoot(page, 'chat-streaming')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('stopped', { exact: true })).toBeVisible()
  await shoot(page, 'chat-stopped')

  const gateway = await gatewayOf(app)
  await gateway.sendMessage('Prices fall at noon', 'Reduced prices from **12:00** until 14:40.\n\n- $4.50 per million in\n- $27.00 per million out\n\nRead [more](https://example.com/prices).')
  await gatewayRoom(page, gateway.url, gateway.ownToken)
  await goTo(page, 'Inbox')
  await page.getByRole('button', { name: 'Refresh messages' }).click()
  await page.getByText('Prices fall at noon').first().click()
  await shoot(page, 'inbox')
  await goTo(page, 'Home')
  await page.getByRole('button', { name: 'Refresh' }).first().click()
  await shoot(page, 'home')
  await goTo(page, 'Account')
  await shoot(page, 'account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await shoot(page, 'account-sign-out')
  await page.getByRole('button', { name: 'Stay' }).click()
  await goTo(page, 'Settings')
  await expect(page.getByText('On this computer')).toBeVisible()
  await shoot(page, 'settings')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await shoot(page, 'palette')
  await page.keyboard.press('Escape')
})

/** Every tab of the Gateway room with something in it, and its forms. */
async function gatewayRoom(page: Page, url: string, token: string): Promise<void> {
  const server = await startSmallModelServer({ model: 'tiny-1', key: 'sk-right' })
  const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click()
  const dialog = page.getByRole('dialog')
  const cancel = async (): Promise<void> => {
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(dialog).toHaveCount(0)
  }
  await goTo(page, 'Gateway')
  await expect(page.getByRole('button', { name: 'Add upstream' })).toBeEnabled()
  await shoot(page, 'gateway-upstreams-first')
  await page.getByRole('button', { name: 'Add upstream' }).click()
  await expect(dialog.getByText(/^Found at|^Not found/)).toBeVisible()
  await shoot(page, 'gateway-add-choose')
  await dialog.getByRole('button', { name: /^OpenAI-compatible/ }).click()
  await dialog.getByLabel('Key').fill('sk-wrong')
  await dialog.getByLabel('Address').fill(server.url)
  await dialog.getByLabel('Name', { exact: true }).fill('Office server')
  await shoot(page, 'gateway-add-form')
  await dialog.getByRole('button', { name: 'Add and test' }).click()
  await expect(dialog.getByRole('alert')).toBeVisible()
  await shoot(page, 'gateway-add-failed')
  await dialog.getByLabel('Key').fill('sk-right')
  await dialog.getByRole('button', { name: 'Save and test again' }).click()
  await expect(dialog.getByText('It works:')).toBeVisible()
  await shoot(page, 'gateway-add-works')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await shoot(page, 'gateway-upstreams')
  for (const model of ['tiny-1', 'no-such-model', 'offline-practice', 'tiny-1']) {
    await fetch(`${url}/v1/chat/completions`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
    })
  }
  await tab('Models')
  await shoot(page, 'gateway-models')
  await page.getByRole('button', { name: 'Add route' }).click()
  await shoot(page, 'gateway-route')
  await cancel()
  await tab('Prices')
  await shoot(page, 'gateway-prices')
  await page.getByRole('button', { name: 'Add price card' }).click()
  await shoot(page, 'gateway-price-card')
  await cancel()
  await page.getByRole('button', { name: 'Add window' }).click()
  await shoot(page, 'gateway-price-window')
  await cancel()
  await page.getByRole('list', { name: 'Windows' }).scrollIntoViewIfNeeded()
  await shoot(page, 'gateway-schedule')
  await tab('Keys and people')
  await page.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByLabel('What it is for').fill('Codex on the laptop')
  await dialog.getByLabel('A day').fill('2.00')
  await shoot(page, 'gateway-key')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByRole('button', { name: 'Copy key' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Close without copying' }).click()
  await shoot(page, 'gateway-keys')
  await tab('Live')
  await expect(page.getByRole('row').filter({ hasText: 'tiny-1' }).first()).toBeVisible()
  await shoot(page, 'gateway-live')
  await tab('Log')
  await shoot(page, 'gateway-log')
  await server.close()
}

/** A server whose program does not exist: how a failed start looks. */
async function addBrokenServer(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add server' }).click()
  const form = page.getByRole('dialog', { name: 'Add an MCP server' })
  await shoot(page, 'tools-add')
  await form.getByLabel('Name', { exact: true }).fill('broken')
  await form.getByLabel('Command').fill('no-such-program --stdio')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(form).toBeHidden()
  await page.getByRole('navigation', { name: 'MCP servers' }).getByRole('button', { name: 'broken' }).click()
  const view = page.getByRole('region', { name: 'broken', exact: true })
  await view.getByRole('switch', { name: /^Allow Portico/ }).click()
  await shoot(page, 'tools-allow')
  await page.getByRole('dialog').getByRole('button', { name: 'Allow it to run' }).click()
  await view.getByRole('button', { name: 'Start now' }).click()
  await expect(view.getByText('failed', { exact: true })).toBeVisible()
}

async function shootSetup(page: Page): Promise<void> {
  await goTo(page, 'Setup')
  await expect(page.getByText('Your token is not in this file.')).toBeVisible()
  await shoot(page, 'setup-plan')
  await page.getByRole('radio', { name: 'Keys and why' }).first().check({ force: true })
  await shoot(page, 'setup-keys')
  await page.getByRole('button', { name: 'Choose…' }).click()
  await shoot(page, 'setup-presets')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: /^Apply and verify/ }).click()
  await expect(page.getByText('its configuration is loaded and the gateway answers')).toBeVisible()
  await shoot(page, 'setup-done')
  await page.getByRole('button', { name: 'Undo setup' }).click()
  await shoot(page, 'setup-undo')
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('button', { name: 'Another machine…' }).click()
  await shoot(page, 'setup-remote')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByRole('button', { name: 'Doctor' }).click()
  await expect(page.getByText(/The gateway answers in/)).toBeVisible()
  await shoot(page, 'doctor')
}
