/** Commands that begin as allowed run without asking; what only looks like them asks; Settings lists the rule and takes it back; what leaves the folder is asked by its place. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { goTo, receiptLines } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

test('commands that begin as allowed', async ({ journey }) => {
  test.setTimeout(120_000)
  const { project } = journey.person
  execFileSync('git', ['init', '-q', project])
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openNewSession(page, project, 'offline-practice')
  const always = page.getByRole('button', { name: 'Always…' })

  await test.step('allowed from the card', async () => {
    await sendAndClear(page, 'run git status')
    await expect(always).toBeVisible()
    // The card takes no answer in its first 0.4 s, so that a stray key cannot give one.
    await page.waitForTimeout(500)
    await always.click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('button', { name: 'Only exactly this' })).toBeVisible()
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Always allow “git status …”' }).click()
    await expect(receiptLines(page)).toHaveCount(1)
  })
  await test.step('with more words it does not ask', async () => {
    await sendAndClear(page, 'run git status --short')
    await expect(receiptLines(page)).toHaveCount(2)
    await expect(conversation(page).getByText('run: done').last()).toBeVisible()
  })
  await test.step('with another command behind it, it asks', async () => {
    await sendAndClear(page, 'run git status; echo x')
    await expect(always).toBeVisible()
    await page.waitForTimeout(500)
    await page.getByRole('button', { name: 'Deny with a note' }).click()
    await page.keyboard.press('Enter')
    await expect(receiptLines(page)).toHaveCount(3)
  })
  await test.step('listed, and taken back', async () => {
    await goTo(page, 'Settings')
    const rule = page.getByRole('listitem').filter({ hasText: 'git status …' })
    await expect(rule).toBeVisible()
    await rule.getByRole('button', { name: /^Ask again before/ }).click()
    await expect(rule).toHaveCount(0)
    await goTo(page, 'Chat')
    await sendAndClear(page, 'run git status --short')
    await expect(always).toBeVisible()
  })
  expect(app.pageProblems).toEqual([])
})

test('what lies outside of the folder', async ({ journey }, info) => {
  test.setTimeout(120_000)
  const { project } = journey.person
  const outside = path.join(path.dirname(project), 'outside notes.txt')
  writeFileSync(outside, 'a line outside\n')
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openNewSession(page, project, 'offline-practice')
  const allow = page.getByRole('button', { name: 'Allow once' })

  await test.step('reading it is asked with its place, and has no always', async () => {
    await sendAndClear(page, `read "${outside}"`)
    await expect(page.getByText('Outside of this session’s folder')).toBeVisible()
    await expect(page.getByText(outside, { exact: true }).last()).toBeVisible()
    await expect(page.getByRole('button', { name: 'Always…' })).toHaveCount(0)
    await page.screenshot({ path: info.outputPath('outside.png') })
    expect(await barriers(page)).toEqual([])
    await page.waitForTimeout(500)
    await allow.click()
    await expect(receiptLines(page)).toHaveCount(1)
    await expect(conversation(page).getByText('a line outside').last()).toBeVisible()
  })
  await test.step('writing it is another question, and can be undone', async () => {
    await sendAndClear(page, `in "${outside}" replace "a line" with "words"`)
    await expect(allow).toBeVisible()
    await page.waitForTimeout(500)
    await allow.click()
    await expect(receiptLines(page)).toHaveCount(2)
    expect(readFileSync(outside, 'utf8')).toBe('words outside\n')
    await conversation(page).getByRole('button', { name: '1 file changed' }).click()
    await expect(conversation(page).getByText(outside, { exact: true }).last()).toBeVisible()
    await page.getByRole('button', { name: /^Undo/ }).last().click()
    await expect.poll(() => readFileSync(outside, 'utf8')).toBe('a line outside\n')
  })
  expect(app.pageProblems).toEqual([])
})
