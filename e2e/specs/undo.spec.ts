/** A plan that becomes a change of three files, one of them by an MCP tool; undone a file, a turn, and done again; a hand's own change is never lost. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, messageBox, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { filesystemServer } from '../fixtures/mcp.ts'
import { addServer, receiptLines } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

/** The card takes no answer in its first 0.4 s, so that a stray key cannot give one. */
async function allow(page: Page, answer: string): Promise<void> {
  const button = page.getByRole('button', { name: answer }).first()
  await expect(button).toBeVisible()
  await page.waitForTimeout(500)
  await button.click()
}

test('plan, agent edit of three files with MCP, undo one file, undo the turn, redo; a denial with a note', async ({ journey }) => {
  test.setTimeout(150_000)
  const { project } = journey.person
  const file = (name: string): string => path.join(project, name)
  const read = (name: string): string | null => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : null)
  writeFileSync(file('a.md'), '# A\n\nold\n')
  writeFileSync(file('b.md'), '# B\n\nold\n')
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await addServer(page, filesystemServer(project))
  await openNewSession(page, project, 'offline-practice')

  await test.step('the plan changes nothing', async () => {
    await page.getByRole('button', { name: 'Mode: Agent' }).click()
    await page.getByRole('menuitemradio', { name: /^Plan/ }).click()
    await sendAndClear(page, 'read a.md\nsay 1. Change a.md, b.md and make c.md')
    await expect(page.getByRole('button', { name: 'Carry out the plan' })).toBeVisible()
    await page.getByRole('button', { name: 'Mode: Plan' }).click()
    await page.getByRole('menuitemradio', { name: /^Agent/ }).click()
  })

  await test.step('three files, one by an MCP tool', async () => {
    await sendAndClear(page, `in a.md replace "old" with "new"\nin b.md replace "old" with "new"\nuse write_file ${JSON.stringify({ path: file('c.md'), content: '# C\n' })}\nsay All three are done.`)
    await allow(page, 'Allow in this session')
    await allow(page, 'Allow once')
    // The prompt says these words too: the end of the turn is what counts.
    await expect(page.getByRole('button', { name: '3 files changed' })).toBeVisible()
    await expect(conversation(page).getByText('All three are done.').last()).toBeVisible()
    expect([read('a.md'), read('b.md'), read('c.md')]).toEqual(['# A\n\nnew\n', '# B\n\nnew\n', '# C\n'])
  })
  await page.getByRole('button', { name: '3 files changed' }).click()
  const files = page.getByRole('region', { name: 'Changed files' })

  await test.step('what changed is shown', async () => {
    await expect(files.getByRole('listitem')).toHaveCount(3)
    await files.getByRole('button', { name: 'a.md', exact: true }).click()
    await expect(files.getByRole('group', { name: 'Changes' })).toContainText('new')
    expect(await barriers(page)).toEqual([])
  })
  await test.step('one file, then all of the turn, then all again', async () => {
    await files.getByRole('button', { name: 'Undo b.md' }).click()
    await expect(files.getByRole('button', { name: 'Redo b.md' })).toBeVisible()
    expect([read('a.md'), read('b.md'), read('c.md')]).toEqual(['# A\n\nnew\n', '# B\n\nold\n', '# C\n'])
    await files.getByRole('button', { name: 'Undo all' }).click()
    await expect(files.getByRole('button', { name: 'Redo all' })).toBeVisible()
    expect([read('a.md'), read('b.md'), read('c.md')]).toEqual(['# A\n\nold\n', '# B\n\nold\n', null])
    await files.getByRole('button', { name: 'Redo all' }).click()
    await expect(files.getByRole('button', { name: 'Undo all' })).toBeVisible()
    expect([read('a.md'), read('b.md'), read('c.md')]).toEqual(['# A\n\nnew\n', '# B\n\nnew\n', '# C\n'])
  })
  await test.step('a change by hand since is left alone, and said', async () => {
    writeFileSync(file('a.md'), 'by hand\n')
    await files.getByRole('button', { name: 'Undo all' }).click()
    await expect(files.getByText('Somebody changed a.md since: left alone.')).toBeVisible()
    expect([read('a.md'), read('b.md'), read('c.md')]).toEqual(['by hand\n', '# B\n\nold\n', null])
  })
  await test.step('back to before the message: files and conversation', async () => {
    await files.getByRole('button', { name: 'Redo b.md' }).click()
    await expect(files.getByRole('button', { name: 'Undo b.md' })).toBeVisible()
    await page.getByRole('button', { name: '3 files changed' }).click()
    const said = conversation(page).locator('.group\\/said').filter({ hasText: 'write_file' })
    // Only what is near the screen is drawn.
    await expect(async () => {
      await conversation(page).hover()
      await page.mouse.wheel(0, -200)
      await said.hover({ timeout: 500 })
    }).toPass({ timeout: 15_000 })
    await said.getByRole('button', { name: 'Go back to before this message' }).click()
    const dialog = page.getByRole('dialog', { name: 'Go back to before this message?' })
    await expect(dialog.getByText('somebody else changed it since: it stays')).toBeVisible()
    await expect(dialog.getByText('is put back')).toBeVisible()
    await dialog.getByRole('button', { name: 'Files and conversation' }).click()
    await expect(messageBox(page)).toHaveValue(/^in a\.md replace/)
    await expect(receiptLines(page)).toHaveCount(1)
    expect([read('a.md'), read('b.md')]).toEqual(['by hand\n', '# B\n\nold\n'])
  })
  await test.step('a denial with a note is what the model reads', async () => {
    await messageBox(page).fill('in b.md replace "old" with "never"')
    await messageBox(page).press('Enter')
    await page.getByRole('button', { name: 'Deny with a note' }).click()
    await page.getByLabel('Why not, or what to do instead (optional)').fill('leave b.md as it is')
    await page.getByRole('button', { name: 'Deny', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
    expect(read('b.md')).toBe('# B\n\nold\n')
    await expect(conversation(page).getByText('leave b.md as it is').last()).toBeVisible()
  })
  expect(app.pageProblems).toEqual([])
})

test('instructions of a folder are used once the person trusts them', async ({ journey }) => {
  writeFileSync(path.join(journey.person.project, 'AGENTS.md'), 'Always say please.\n')
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openNewSession(page, journey.person.project, 'offline-practice')
  const note = page.getByRole('region', { name: 'Instructions of this folder' })
  await expect(note.getByText('This folder has instructions (AGENTS.md) for coding tools.')).toBeVisible()
  expect(await barriers(page)).toEqual([])
  await note.getByRole('button', { name: 'Trust and use' }).click()
  await expect(note).toBeHidden()
  await sendAndClear(page, 'say thank you')
  await expect(conversation(page).getByText('thank you').last()).toBeVisible()
  await openNewSession(page, journey.person.project, 'offline-practice')
  await expect(note).toBeHidden()
  expect(app.pageProblems).toEqual([])
})
