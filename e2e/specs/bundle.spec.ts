/** An MCP bundle is dropped on the Tools room, looked at, installed, and its tool is used; removing the server removes what was unpacked. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bundleServer } from '../../src-main/mcp/testing/bundle-server.ts'
import { makeZip } from '../../src-main/mcp/testing/make-zip.ts'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { goTo, receiptLines } from '../fixtures/rooms.ts'
import { rig } from '../fixtures/rig.ts'
import { signIn } from '../fixtures/sign-in.ts'

test('a dropped bundle', async ({ journey }, info) => {
  test.setTimeout(120_000)
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await goTo(page, 'Tools')
  const drop = async (bundle: Buffer, name: string): Promise<void> => {
    await page.getByText('No MCP servers yet').evaluate((element, { bytes, name: named }) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(bytes)], named))
      element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, { bytes: [...bundle], name })
  }
  const unpacked = (): string[] => readdirSync(path.join(journey.person.home, '.config/Portico/bundles'))

  await test.step('one that is none is refused with its reason', async () => {
    await drop(Buffer.from('hello'), 'hello.mcpb')
    await expect(page.getByText('This bundle cannot be installed.')).toBeVisible()
    await page.getByRole('region', { name: 'Notes' }).getByRole('button', { name: 'Dismiss' }).click()
  })
  await test.step('is shown with what will run, and installed', async () => {
    const manifest = {
      manifest_version: '0.3', name: 'greeter', display_name: 'Greeter', version: '1.2.0', description: 'Greets people in a kind way.', author: { name: 'Somebody' },
      server: { type: 'node', entry_point: 'server.js', mcp_config: { command: rig().node, args: ['${__dirname}/server.js'], env: { WHO: '${user_config.who}' } } },
      tools: [{ name: 'greet', description: 'Greets' }], user_config: { who: { type: 'string', title: 'Whom to greet', description: 'A name', required: true, sensitive: true } },
    }
    await drop(makeZip([{ name: 'manifest.json', data: JSON.stringify(manifest) }, { name: 'server.js', data: bundleServer('greet') }]), 'greeter.mcpb')
    const dialog = page.getByRole('dialog', { name: 'Install Greeter?' })
    await expect(dialog.getByText('…/server.js')).toBeVisible()
    await page.screenshot({ path: info.outputPath('bundle.png') })
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Install and allow it to run' }).click()
    await expect(dialog.getByText('“Whom to greet” is not right yet.')).toBeVisible()
    await dialog.getByLabel('Whom to greet').fill('world')
    await dialog.getByRole('button', { name: 'Install and allow it to run' }).click()
    await expect(dialog).toHaveCount(0)
    expect(unpacked()).toHaveLength(1)
  })
  await test.step('its tool is used', async () => {
    await openNewSession(page, journey.person.project, 'offline-practice')
    await sendAndClear(page, 'use greet {}')
    await expect(receiptLines(page)).toHaveCount(1)
    await expect(conversation(page).getByText('hello world').last()).toBeVisible()
  })
  await test.step('removed with all of it', async () => {
    await goTo(page, 'Tools')
    await page.getByRole('button', { name: 'More for Greeter' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await expect(page.getByText('No MCP servers yet')).toBeVisible()
    await expect.poll(unpacked).toEqual([])
  })
  expect(app.pageProblems).toEqual([])
})
