/** What a person does beside asking: a message while it works, a plan that is carried out with one click, a limit of spending, a session pinned. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, messageBox, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { receiptLines, goTo } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

test('thinking, a message while it works, a plan carried out, a limit, a pin', async ({ journey }) => {
  test.setTimeout(150_000)
  const notes = path.join(journey.person.project, 'notes.md')
  writeFileSync(notes, '# Notes\n\nan old line\n')
  const app = await journey.start()
  const { page } = app
  await signIn(journey, app)
  await openNewSession(page, journey.person.project, 'offline-practice')

  await test.step('what the model thinks is folded, and how long it thinks is chosen', async () => {
    await page.getByRole('button', { name: 'Effort: Usual effort' }).click()
    await page.getByRole('menuitemradio', { name: /^High effort/ }).click()
    await expect(page.getByRole('button', { name: 'Effort: High effort' })).toBeVisible()
    await sendAndClear(page, 'think The folder comes first.\nlist\nthink Now the words.\nsay Looked around')
    await expect(receiptLines(page)).toHaveCount(1)
    const thoughts = conversation(page).getByRole('button', { name: /^Thought/ })
    await expect(thoughts).toHaveCount(2)
    await expect(conversation(page).getByText('The folder comes first.')).toHaveCount(1)
    await thoughts.first().click()
    await expect(conversation(page).getByText('The folder comes first.')).toHaveCount(2)
    expect(await barriers(page)).toEqual([])
    await thoughts.first().click()
  })

  await test.step('a message typed meanwhile waits, can be taken back, and is answered in the same turn', async () => {
    await sendAndClear(page, 'stream 6000 characters at 2000 per second')
    await sendAndClear(page, 'say never said')
    await sendAndClear(page, 'say Said after all')
    const waiting = page.getByRole('list', { name: 'Waiting for the next step' })
    await expect(waiting.getByRole('listitem')).toHaveCount(2)
    expect(await barriers(page)).toEqual([])
    await waiting.getByRole('listitem').filter({ hasText: 'never said' }).getByRole('button', { name: 'Take this message back' }).click()
    await expect(messageBox(page)).toHaveValue('say never said')
    await messageBox(page).fill('')
    await expect(conversation(page).getByText('Said after all').last()).toBeVisible({ timeout: 20_000 })
    await expect(receiptLines(page)).toHaveCount(2)
    await expect(waiting).toHaveCount(0)
  })

  await test.step('a plan looks only, and is carried out with one click', async () => {
    await page.getByRole('button', { name: 'Mode: Agent' }).click()
    await page.getByRole('menuitemradio', { name: /^Plan/ }).click()
    await sendAndClear(page, 'in notes.md replace "an old line" with "a new line"')
    await expect(receiptLines(page)).toHaveCount(3)
    expect(readFileSync(notes, 'utf8')).toContain('an old line')
    await page.getByRole('button', { name: 'Carry out the plan' }).click()
    await expect(receiptLines(page)).toHaveCount(4)
    await expect(page.getByRole('button', { name: 'Carry out the plan' })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Mode: Agent' })).toBeVisible()
  })

  await test.step('a limit that the next call could pass stops the turn before it', async () => {
    await goTo(page, 'Settings')
    await page.getByLabel('One session').fill('0.000001')
    await page.getByLabel('One session').press('Enter')
    await goTo(page, 'Chat')
    await sendAndClear(page, 'say one more thing')
    await expect(conversation(page).getByText('The spending limit for this session would be passed.').last()).toBeVisible()
    await goTo(page, 'Settings')
    await page.getByLabel('One session').fill('')
    await page.getByLabel('One session').press('Enter')
    await goTo(page, 'Chat')
    await page.getByRole('button', { name: 'Retry' }).last().click()
    await expect(conversation(page).getByText('one more thing').last()).toBeVisible()
  })

  await test.step('a pinned session says so', async () => {
    const list = page.getByRole('navigation', { name: 'Sessions' })
    await list.getByRole('listitem').first().hover()
    await list.getByRole('button', { name: /^More for/ }).first().click()
    await page.getByRole('menuitem', { name: 'Pin' }).click()
    await expect(list.getByRole('button', { name: /, pinned/ })).toBeVisible()
  })

  await test.step('a session has a limit of its own', async () => {
    const list = page.getByRole('navigation', { name: 'Sessions' })
    await list.getByRole('button', { name: /^More for/ }).first().click()
    await page.getByRole('menuitem', { name: 'Spending limit…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Spending limit of this session' })
    await dialog.getByLabel('Dollars').fill('0.000001')
    await dialog.getByLabel('Dollars').press('Enter')
    await expect(dialog).toHaveCount(0)
    await sendAndClear(page, 'say one thing too many')
    await expect(conversation(page).getByText('The spending limit for this session would be passed.').last()).toBeVisible()
  })
  expect(app.pageProblems).toEqual([])
})
