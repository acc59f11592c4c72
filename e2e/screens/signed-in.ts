/** Every room with something in it, the command palette, an approval, and what errors look like. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gatewayOf } from '../fixtures/gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { everythingServer, filesystemServer } from '../fixtures/mcp.ts'
import { addServer, goTo, newSession, receiptLines, send } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'
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
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await expect(page.getByText(/^as of /).first()).toBeVisible()
  await shoot(page, 'home-first')
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
  await send(page, 'stream 1500 characters')
  await expect(receiptLines(page)).toHaveCount(1)
  await shoot(page, 'chat-answer')
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
  await send(page, 'stream 30000 characters at 800 per second')
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible()
  await shoot(page, 'chat-streaming')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('stopped', { exact: true })).toBeVisible()
  await shoot(page, 'chat-stopped')

  const gateway = await gatewayOf(app)
  await gateway.sendMessage('Prices fall at noon', 'Reduced prices from **12:00** until 14:40.\n\n- $4.50 per million in\n- $27.00 per million out\n\nRead [more](https://example.com/prices).')
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

/** A server whose program does not exist: how a failed start looks. */
async function addBrokenServer(page: Parameters<typeof goTo>[0]): Promise<void> {
  await page.getByRole('button', { name: 'Add server' }).click()
  const form = page.getByRole('dialog', { name: 'Add an MCP server' })
  await shoot(page, 'tools-add')
  await form.getByLabel('Name', { exact: true }).fill('broken')
  await form.getByLabel('Command').fill('no-such-program --stdio')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(form).toBeHidden()
  await page.getByRole('navigation', { name: 'MCP servers' }).getByRole('button', { name: 'broken' }).click()
  const view = page.getByRole('region', { name: 'broken', exact: true })
  await view.getByRole('switch').click()
  await shoot(page, 'tools-allow')
  await page.getByRole('dialog').getByRole('button', { name: 'Allow it to run' }).click()
  await view.getByRole('button', { name: 'Start now' }).click()
  await expect(view.getByText('failed', { exact: true })).toBeVisible()
}
