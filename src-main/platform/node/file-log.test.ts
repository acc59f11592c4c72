import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileLog } from './file-log.ts'
import { redact } from './redact.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes one line an event, in order, for its owner only', async () => {
  const file = path.join(folder, 'logs', 'portico.log')
  const log = createFileLog({ file, clock: { now: () => 0 } })
  log.info('one', { n: 1 })
  log.warn('two')
  await log.flush()
  log.error('three', { error: new Error('broken') })
  await log.flush()
  const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line): unknown => JSON.parse(line))
  expect(lines).toMatchObject([{ at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'one', n: 1 }, { level: 'warn', event: 'two' }, { level: 'error', error: { message: 'broken' } }])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('turns over at its size and keeps one older file', async () => {
  const file = path.join(folder, 'portico.log')
  const log = createFileLog({ file, clock: { now: () => 0 }, turnOver: 200 })
  for (let n = 0; n < 10; n += 1) {
    log.info('event', { n, text: 'x'.repeat(60) })
    await log.flush()
  }
  expect((await stat(file)).size).toBeLessThan(450)
  expect(await readFile(path.join(folder, 'portico.1.log'), 'utf8')).toContain('"event"')
  expect(await readFile(file, 'utf8')).toContain('"n":9')
})

it('hides secrets wherever they are', () => {
  const error = Object.assign(new Error('401 for Bearer abcdef123456 at https://x.example/device?ticket=t1ck3t&x=1'), { code: 'EAUTH', cause: new Error('key sk-abcdef1234567890') })
  const kept = JSON.stringify(redact({
    token: 'tok-1', Authorization: 'Bearer zzzzzzzz', nested: [{ apiKey: 'k-2', fine: 'ok' }], env: { A: 'env-3' }, tokenStore: null, error, list: ['Bearer yyyyyyyyyy'],
  }))
  expect(kept).not.toMatch(/tok-1|zzzz|k-2|env-3|abcdef123456|t1ck3t|sk-abc|yyyy/)
  expect(kept).toMatch(/"fine":"ok"/)
  expect(kept).toMatch(/EAUTH/)
})

it('keeps odd and endless values from breaking a line', () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  expect(() => JSON.stringify(redact({ circular, big: 10n, f: () => 1, s: Symbol('x'), long: 'y'.repeat(10_000), u: undefined }))).not.toThrow()
  expect(String(redact('y'.repeat(10_000))).length).toBeLessThan(2_100)
})
