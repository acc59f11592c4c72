/** A very long answer is read while it is being written: what is read stands still, the end is followed only from the end, and every character arrives. */
import { expect, test } from '../fixtures/journey.ts'
import { conversation, messageBox, openNewSession, sendAndClear } from '../fixtures/folder-session.ts'
import { figuresOf, recordFrames, watchBox } from '../fixtures/frames.ts'
import { MODELS, startHostileGateway, streams, type HostileGateway } from '../fixtures/hostile-gateway.ts'
import { inPieces, longAnswer } from '../fixtures/long-answer.ts'
import { signInTo } from '../fixtures/sign-in-hosted.ts'

const BOX = '[data-transcript]'
/** 160 characters every 40 ms: 4,000 a second, twice of what a fast model writes. */
const PIECE = 160
const EVERY_MS = 40
/** As near to the end as counts as there (px). */
const NEAR = 32

let gateway: HostileGateway
test.beforeEach(async () => {
  gateway = await startHostileGateway()
})
test.afterEach(() => gateway.down())

test('20,000 tokens while scrolling', async ({ journey }, info) => {
  test.setTimeout(150_000)
  const { text, parts } = longAnswer(20_000)
  const app = await journey.start()
  const { page } = app
  await signInTo(page, gateway.url)
  const sessionId = await openNewSession(page, journey.person.project, MODELS.messages)
  gateway.models(streams(inPieces(text, PIECE), EVERY_MS))
  const box = conversation(page)
  const newest = page.getByRole('button', { name: 'Jump to newest' })
  const wheel = async (pixels: number, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      await page.mouse.wheel(0, pixels)
      await page.waitForTimeout(30)
    }
  }
  const stands = async (forMs: number): Promise<void> => {
    const seen = await watchBox(page, BOX, forMs)
    expect(seen.moved, `${seen.frames} frames, ${seen.grew} new characters`).toBeLessThanOrEqual(1)
    expect(seen.grew, 'text arrived meanwhile').toBeGreaterThan(0)
  }
  const follows = async (): Promise<void> => {
    const seen = await watchBox(page, BOX, 1_500)
    expect(seen.grew, 'text arrived meanwhile').toBeGreaterThan(0)
    expect(seen.most, `the end stays in sight; out of it in ${seen.far} of ${seen.frames} frames`).toBeLessThanOrEqual(NEAR)
  }

  await sendAndClear(page, 'Tell me everything about the queue')
  await expect(box.getByRole('heading', { name: 'Part 2', exact: true })).toBeAttached()
  const stop = await recordFrames(page)
  const middle = await box.boundingBox()
  if (!middle) throw new Error('no conversation on the screen')
  await page.mouse.move(middle.x + middle.width / 2, middle.y + middle.height / 2)

  await test.step('at the end, the end is followed', follows)
  await test.step('scrolled up with the wheel, what is read stands still', async () => {
    await wheel(-240, 5)
    await expect(newest).toBeVisible()
    await page.waitForTimeout(300)
    await stands(1_500)
    await page.screenshot({ path: info.outputPath('scrolled-up.png') })
  })
  await test.step('down a little is not the end', async () => {
    await wheel(120, 2)
    await page.waitForTimeout(300)
    await stands(1_000)
  })
  await test.step('by keys: to the beginning, a page down, and still', async () => {
    await box.focus()
    await page.keyboard.press('Home')
    await page.waitForTimeout(300)
    expect(await box.evaluate((element) => element.scrollTop)).toBe(0)
    await page.keyboard.press('PageDown')
    await page.waitForTimeout(500)
    await stands(1_000)
  })
  await test.step('the End key follows again', async () => {
    await page.keyboard.press('End')
    await page.waitForTimeout(300)
    await follows()
    await expect(newest).toBeHidden()
    await page.screenshot({ path: info.outputPath('following.png') })
  })
  await test.step('up and down without a stop, and down to the end by wheel', async () => {
    for (let n = 0; n < 4; n += 1) {
      await wheel(-300, 6)
      await wheel(300, 4)
    }
    await expect(newest).toBeVisible()
    await wheel(4_000, 6)
    await page.waitForTimeout(300)
    await follows()
  })
  await test.step('what is read stands still also when the answer ends', async () => {
    await wheel(-240, 4)
    await page.waitForTimeout(300)
    const place = await box.evaluate((element) => element.scrollTop)
    await stands(1_000)
    await expect(page.getByRole('button', { name: 'Send' })).toBeVisible({ timeout: 60_000 })
    await page.waitForTimeout(500)
    expect(Math.abs((await box.evaluate((element) => element.scrollTop)) - place)).toBeLessThanOrEqual(1)
  })
  const frames = await stop()
  const figures = figuresOf(frames)
  console.log(`20,000 streamed tokens while scrolling: ${figures}`)
  await info.attach('frame times', { body: figures, contentType: 'text/plain' })
  // Not a measure of speed: only that the window never hung.
  expect(Math.max(...frames.frames)).toBeLessThan(2_000)

  await newest.click()
  await expect(box.getByText('The very last words of the answer.')).toBeInViewport()
  await page.screenshot({ path: info.outputPath('end.png') })
  const page1 = await page.evaluate((input) => window.portico.call('chat.open', input), { sessionId, count: 50 })
  if (!page1.ok) throw new Error(page1.error.code)
  expect(page1.value.items.flatMap((item) => (item.kind === 'assistant' ? [item.text] : [])).join('') === text, 'every character was kept').toBe(true)
  const headings = await box.getByRole('heading', { name: /^Part \d+$/, includeHidden: true }).allTextContents()
  expect(headings).toEqual(Array.from({ length: parts }, (_, n) => `Part ${n + 1}`))
  await expect(messageBox(page)).toBeEnabled()
  expect(app.pageProblems).toEqual([])
})
