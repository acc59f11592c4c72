/** In a long session something is found; a deleted session comes back with Undo, and stays deleted without it. */
import { barriers } from '../fixtures/accessible.ts'
import { conversation, messageBox, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { expect, test } from '../fixtures/journey.ts'
import { goTo, receiptLines } from '../fixtures/rooms.ts'
import { signIn } from '../fixtures/sign-in.ts'

test('find in a session; delete, undo, and delete for good', async ({ journey }) => {
  test.setTimeout(150_000)
  let app = await journey.start()
  let { page } = app
  await signIn(journey, app)
  await openNewSession(page, journey.person.project, 'offline-practice')
  await sendAndClear(page, 'say The Héron stands in the reeds')
  await expect(receiptLines(page)).toHaveCount(1)
  for (let n = 1; n <= 3; n += 1) {
    await sendAndClear(page, `stream ${1500 + n} characters`)
    await expect(page.getByRole('button', { name: 'Send' })).toBeVisible({ timeout: 30_000 })
  }

  await test.step('found without case and accents, out of sight, by keyboard alone', async () => {
    await expect(conversation(page).getByText('Héron').first()).not.toBeInViewport()
    await messageBox(page).focus()
    await page.keyboard.press('Control+f')
    const bar = page.getByRole('search', { name: 'Find in this session' })
    await page.keyboard.type('HERON')
    await expect(bar.getByRole('status')).toHaveText('1 of 2')
    await expect(conversation(page).getByText('Héron').first()).toBeInViewport()
    expect(await page.evaluate(() => [CSS.highlights.get('portico-found')?.size, [...(CSS.highlights.get('portico-found-now') ?? [])].map(String)])).toEqual([2, ['Héron']])
    await page.keyboard.press('Enter')
    await expect(bar.getByRole('status')).toHaveText('2 of 2')
    await page.keyboard.press('Shift+F3')
    await expect(bar.getByRole('status')).toHaveText('1 of 2')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(bar).toBeHidden()
    await expect(messageBox(page)).toBeFocused()
  })
  const title = 'say The Héron stands in the reeds'
  const remove = async (): Promise<void> => {
    const list = page.getByRole('navigation', { name: 'Sessions' })
    // Its name ends with what it cost.
    const entry = list.getByRole('button', { name: new RegExp(`^${title}`) })
    await entry.focus()
    await list.getByRole('button', { name: `More for ${title}` }).press('Enter')
    await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
    await expect(entry).toBeHidden()
  }
  await test.step('deleted and brought back, also after a restart', async () => {
    await remove()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('region', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).press('Enter')
    await expect(conversation(page)).toBeVisible()
    await app.quit()
    app = await journey.start()
    page = app.page
    await goTo(page, 'Chat')
    await expect(receiptLines(page).last()).toBeVisible()
  })
  await test.step('deleted: gone also after a kill', async () => {
    await remove()
    await app.killHard()
    app = await journey.start()
    page = app.page
    await goTo(page, 'Chat')
    await expect(page.getByText('Choose a folder to work in')).toBeVisible()
  })
  expect(app.pageProblems).toEqual([])
})
