/** Setting up the coding tools from the window: by mouse and by keyboard alone, what changes, what stays, drift, the way back, the Doctor. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, type Locator, type Page } from '@playwright/test'
import { barriers } from '../fixtures/accessible.ts'
import { CLAUDE_BEFORE, claudeFile, CODEX_BEFORE, codexFile, giveClients, textOf } from '../fixtures/clients.ts'
import { gatewayOf } from '../fixtures/gateway.ts'
import { test } from '../fixtures/journey.ts'
import { goTo } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'
import { hasSshd, startSshd } from '../fixtures/sshd.ts'

const list = (page: Page): Locator => page.getByRole('list', { name: 'Coding tools' })
const client = (page: Page, name: string): Locator => list(page).getByRole('listitem').filter({ hasText: name })

async function openSetup(page: Page): Promise<void> {
  await goTo(page, 'Setup')
  await expect(client(page, 'Codex').first()).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Codex', exact: true })).toBeVisible()
}

/** Presses Tab until what is wanted has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let press = 0; press < 80; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('it cannot be reached with Tab')
}

test('one click sets up what is installed, shows it before, proves it, and takes it back', async ({ journey }) => {
  test.setTimeout(240_000)
  giveClients(journey.person)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openSetup(page)
  const [codex, claude] = [codexFile(journey.person), claudeFile(journey.person)]

  await test.step('the plan is shown, secrets masked, nothing written', async () => {
    await expect(client(page, 'Codex').first().getByText('0.169.0 · config.toml')).toBeVisible()
    const diff = page.getByRole('group', { name: 'Changes' }).first()
    await expect(diff).toContainText('model_provider = "portico"')
    await expect(diff).toContainText('portico-token-codex')
    await expect(page.getByText('Your token is not in this file.')).toBeVisible()
    await expect(page.locator('body')).not.toContainText('an-old-secret-of-mine-42')
    // Never by itself.
    await expect(page.getByRole('radio', { name: 'Leave it as it is' })).toBeChecked()
    await page.getByRole('radio', { name: 'Keys and why' }).first().check({ force: true })
    await expect(page.getByRole('cell', { name: 'The address of the gateway.' })).toBeVisible()
    expect([textOf(codex), textOf(claude)]).toEqual([CODEX_BEFORE, CLAUDE_BEFORE])
  })

  await test.step('applied and verified', async () => {
    await client(page, 'Claude Code').getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Apply and verify 2 tools' }).click()
    await expect(page.getByText('its configuration is loaded and the gateway answers')).toBeVisible()
    await expect(page.getByText('It is not installed: the file is written, verify it later.')).toBeVisible()
    expect(textOf(codex)).toContain('# my setup, please keep\n')
    expect(textOf(codex)).toContain('NOTES_TOKEN = "an-old-secret-of-mine-42"')
    const { url } = await gatewayOf(app)
    expect(textOf(codex)).toContain(`base_url = "${url}/v1"`)
    // The running app tells the token through its door, and the gateway takes it.
    const helper = /command = "([^"]*portico-token-codex)"/.exec(textOf(codex))?.[1] ?? ''
    const token = execFileSync(helper, ['token'], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' }).trim()
    expect((await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    expect(textOf(codex)).not.toContain(token)
    expect(textOf(claude)).not.toContain(token)
  })

  await test.step('what something else changes is told, and put right', async () => {
    await page.getByRole('button', { name: 'Close the result' }).click()
    writeFileSync(codex, textOf(codex).replace('model_provider = "portico"', 'model_provider = "another"'))
    await expect(client(page, 'Codex').first().getByText('changed since')).toBeVisible()
    await client(page, 'Codex').first().getByRole('button').click()
    await expect(page.getByText('Something else changed what Portico wrote.')).toBeVisible()
    await expect(page.getByText('model_provider is now another')).toBeVisible()
    await page.getByRole('button', { name: 'Reapply' }).click()
    await expect(page.getByText('Something else changed what Portico wrote.')).toHaveCount(0)
    expect(textOf(codex)).toContain('model_provider = "portico"')
  })

  await test.step('a foreign edit stays when the setup is undone', async () => {
    writeFileSync(codex, textOf(codex).replace('notifications = true', 'notifications = false'))
    await page.getByRole('button', { name: 'Undo setup' }).click()
    const dialog = page.getByRole('dialog', { name: 'Undo the setup of Codex' })
    await dialog.getByRole('button', { name: 'Undo setup' }).click()
    await expect(dialog.getByText('Portico’s keys are out.')).toBeVisible()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    // What Reapply replaced was somebody's: it is what stood there before, and comes back.
    expect(textOf(codex)).toBe(CODEX_BEFORE.replace('notifications = true', 'notifications = false').replace('# asks me\n', '# asks me\nmodel_provider = "another"\n'))
  })

  await test.step('and a backup is put back', async () => {
    await page.getByRole('button', { name: 'Backups' }).click()
    const dialog = page.getByRole('dialog', { name: /^Backups/ })
    await dialog.getByRole('button', { name: 'Put back' }).last().click()
    await expect(dialog).toHaveCount(0)
    expect(textOf(codex)).toBe(CODEX_BEFORE)
  })
})

test('by keyboard alone', async ({ journey }) => {
  test.setTimeout(240_000)
  giveClients(journey.person)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openSetup(page)
  const apply = page.getByRole('button', { name: /^Apply and verify/ })
  await expect(page.getByText('Your token is not in this file.')).toBeVisible()
  await tabTo(page, client(page, 'Codex').first().getByRole('button'))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('heading', { name: 'Claude Code', exact: true })).toBeVisible()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  await expect(client(page, 'Claude Code').getByRole('checkbox')).toBeChecked()
  await tabTo(page, page.getByRole('radio', { name: 'Leave it as it is' }))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: 'Ask me' })).toBeChecked()
  await expect(page.getByRole('group', { name: 'Changes' }).first()).toContainText('"defaultMode": "default"')
  await tabTo(page, apply)
  await page.keyboard.press('Enter')
  await expect(page.getByText('its configuration is loaded and the gateway answers')).toBeVisible()
  expect(readFileSync(claudeFile(journey.person), 'utf8')).toContain('"defaultMode": "default"')
  await tabTo(page, page.getByRole('button', { name: 'Undo setup' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Undo the setup of Claude Code' })).toBeVisible()
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Undo setup' }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('Portico’s keys are out.')).toBeVisible()
  expect(readFileSync(claudeFile(journey.person), 'utf8')).toBe(CLAUDE_BEFORE)
})

test('a broken file is refused in its place; Setup and Doctor are accessible in both themes', async ({ journey }) => {
  test.setTimeout(240_000)
  giveClients(journey.person)
  writeFileSync(codexFile(journey.person), 'model = "gpt-5.4"\nargs = ["a",\n')
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openSetup(page)
  await expect(page.getByText(/config\.toml cannot be read as it is\./).first()).toBeVisible()
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((choice) => window.portico.call('settings.update', { theme: choice }), theme)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await goTo(page, 'Setup')
    expect(await barriers(page), `Setup, ${theme}`).toEqual([])
    await client(page, 'Cursor').getByRole('button').click()
    await page.getByRole('button', { name: 'Choose…' }).click()
    await expect(page.getByRole('dialog', { name: 'MCP servers for Cursor' })).toBeVisible()
    expect(await barriers(page), `presets, ${theme}`).toEqual([])
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Doctor' }).click()
    await expect(page.getByRole('heading', { name: 'Doctor', level: 2 })).toBeVisible()
    await expect(page.getByText(/^Codex.*cannot be read as it is/)).toBeVisible()
    await expect(page.getByText(/The gateway answers in/)).toBeVisible()
    expect(await barriers(page), `Doctor, ${theme}`).toEqual([])
  }
})

test('another machine, by ssh', async ({ journey }) => {
  test.skip(!hasSshd, 'there is no sshd to start')
  test.setTimeout(240_000)
  giveClients(journey.person)
  const there = path.join(journey.person.folder, 'other-machine')
  mkdirSync(path.join(there, '.codex'), { recursive: true })
  const file = path.join(there, '.codex/config.toml')
  writeFileSync(file, CODEX_BEFORE)
  const sshd = await startSshd(path.join(journey.person.folder, 'sshd'), there, journey.person.home)
  try {
    const app = await journey.start()
    const { page } = app
    await signIn(journey, app)
    await openSetup(page)
    await page.getByRole('button', { name: 'Another machine…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Another machine' })
    await dialog.getByLabel('Host', { exact: true }).fill('closed')
    await dialog.getByRole('button', { name: 'Look at it' }).click()
    await expect(dialog.getByRole('alert')).toContainText('closed could not be reached.')
    await dialog.getByLabel('Host', { exact: true }).fill('box')
    await dialog.getByRole('button', { name: 'Look at it' }).click()
    await expect(dialog.getByRole('checkbox', { name: 'Codex' })).toBeChecked()
    await dialog.getByLabel('Gateway, as that machine reaches it').fill((await gatewayOf(app)).url)
    await dialog.getByRole('button', { name: 'Show what changes' }).click()
    await expect(dialog.getByRole('group', { name: 'Changes' })).toContainText('model_provider = "portico"')
    expect(textOf(file)).toBe(CODEX_BEFORE)
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Apply on box' }).click()
    await expect(dialog.getByText('Codex: written')).toBeVisible()
    expect(textOf(file)).toContain('model_provider = "portico"')
    await dialog.getByRole('button', { name: 'Undo there' }).click()
    await expect(dialog.getByText('Codex: Portico’s keys are out.')).toBeVisible()
    expect(textOf(file)).toBe(CODEX_BEFORE)
  } finally {
    await sshd.stop()
  }
})
