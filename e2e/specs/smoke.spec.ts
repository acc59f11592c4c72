/** The window opens on a fresh machine: quiet console, strict page, nothing a person with a screen reader would stumble over. */
import { barriers } from '../fixtures/accessible.ts'
import { expect, test } from '../fixtures/journey.ts'

test('the first window opens, strict and quiet', async ({ journey }) => {
  const app = await journey.start()
  const { page } = app
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled()

  const policy = (await page.reload())?.headers()['content-security-policy'] ?? ''
  expect(policy).toContain(`default-src 'none'`)
  expect(policy).not.toContain('unsafe-eval')
  expect(policy.split(';').find((part) => part.trim().startsWith('script-src'))).not.toMatch(/unsafe-inline|https?:|\*/)

  expect(await page.evaluate(() => window.open('https://example.com'))).toBeNull()
  const before = page.url()
  await page.evaluate(() => { location.href = 'https://example.com/' })
  await expect.poll(() => page.url()).toBe(before)
  expect(await page.evaluate(() => Object.keys(window.portico).sort())).toEqual(['call', 'subscribe'])
  expect(await page.evaluate(() => 'require' in window || 'process' in window)).toBe(false)
  expect(app.pages()).toHaveLength(1)

  const problems = app.pageProblems.filter((line) => !line.includes('example.com'))
  expect(problems).toEqual([])
})

test('a malformed or unknown command is an error result, not a crash', async ({ journey }) => {
  const { page } = await journey.start()
  const answers = await page.evaluate(async () => {
    const call = window.portico.call as (name: unknown, input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>
    const bad: [unknown, unknown][] = [['no.such', {}], ['__proto__', {}], ['auth.start', null], ['auth.start', { systemId: 7 }], ['chat.send', { sessionId: 'x', text: '', extra: 1 }], [null, null], ['chat.open', { sessionId: 'x'.repeat(1000), count: -1 }]]
    return Promise.all(bad.map(([name, input]) => call(name, input)))
  })
  for (const answer of answers) expect(answer.ok).toBe(false)
  expect(new Set(answers.map((answer) => answer.error?.code))).toEqual(new Set(['ipc.unknown-command', 'ipc.invalid-input']))
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
})

for (const theme of ['dark', 'light'] as const) {
  test(`the first screen is accessible in ${theme}`, async ({ journey }) => {
    const { page } = await journey.start()
    await page.emulateMedia({ colorScheme: theme })
    expect(await barriers(page)).toEqual([])
  })
}
