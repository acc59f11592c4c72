/** Malformed payloads from the page: every command with random inputs gives an error result, and the app answers as before. Seeded, so a failure can be repeated. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { COMMAND_NAMES } from '../../src-shared/ipc/names.ts'
import { expect, test } from '../fixtures/journey.ts'
import { isGone } from '../fixtures/processes.ts'

const SEED = 20_261_122
const EACH = 14

/** One answer in brief: `ok`, an error code, or `threw` when the door itself refused to carry the input. */
type Answer = [command: string, input: string, code: string]

/** Inputs of the right shape that mean nothing here, signed out and without a session, and the code each must give. */
const SENSELESS: readonly (readonly [name: string, input: unknown, code: string])[] = [
  ['app.openLink', { url: 'javascript:alert(1)' }, 'link.refused'],
  ['app.openLink', { url: 'file:///etc/passwd' }, 'link.refused'],
  ['app.openLink', { url: 'not an address' }, 'link.refused'],
  ['auth.start', { systemId: 'no such system' }, 'ipc.invalid-input'],
  ['auth.start', { systemId: 'codegrex', baseUrl: 'ftp://gateway.example' }, 'auth.bad-address'],
  ['auth.start', { systemId: 'codegrex', baseUrl: 'https://a:b@gateway.example' }, 'auth.bad-address'],
  ['auth.openPage', {}, 'approval.gone'],
  ['auth.copyCode', {}, 'approval.gone'],
  ['account.refresh', {}, 'auth.not-signed-in'],
  ['account.setToolbox', { choice: 'stay' }, 'auth.not-signed-in'],
  ['chat.create', { folder: '/no/such/folder', model: 'm' }, 'workspace.missing'],
  ['chat.create', { folder: '/etc/passwd', model: 'm' }, 'workspace.missing'],
  ['chat.create', { folder: 'relative\u0000name', model: 'm' }, 'workspace.missing'],
  ['chat.open', { sessionId: 'none', count: 10 }, 'session.not-found'],
  ['chat.items', { sessionId: `'; DROP TABLE sessions; --`, from: 0, count: 1 }, 'session.not-found'],
  ['chat.send', { sessionId: '__proto__', text: 'x' }, 'session.not-found'],
  ['chat.retry', { sessionId: 'none' }, 'session.not-found'],
  ['chat.rename', { sessionId: 'none', title: 'x' }, 'session.not-found'],
  ['chat.setModel', { sessionId: 'none', model: 'x' }, 'session.not-found'],
  ['chat.remove', { sessionId: 'none' }, 'session.not-found'],
  ['chat.approve', { approvalId: 'none', decision: { kind: 'always' } }, 'approval.gone'],
  ['tools.update', { id: 'none', name: 'x', command: 'x', args: [], env: null }, 'mcp.unknown-server'],
  ['tools.remove', { id: 'none' }, 'mcp.unknown-server'],
  ['tools.setEnabled', { id: 'constructor', enabled: true }, 'mcp.unknown-server'],
  ['tools.start', { id: 'none' }, 'mcp.unknown-server'],
  ['tools.stop', { id: 'none' }, 'mcp.unknown-server'],
  ['gateway.detect', {}, 'auth.not-signed-in'],
  ['gateway.removeUpstream', { id: 'none' }, 'auth.not-signed-in'],
]

test('hundreds of malformed payloads are error results, no crash', async ({ journey }, info) => {
  const app = await journey.start()
  const { page } = app
  const fuzzed: Answer[] = await page.evaluate(fuzz, { names: [...COMMAND_NAMES], each: EACH, seed: SEED })
  const codes = new Map<string, number>()
  for (const [, , code] of fuzzed) codes.set(code, (codes.get(code) ?? 0) + 1)
  info.annotations.push({ type: 'fuzzed', description: `${fuzzed.length} payloads: ${[...codes].map(([code, count]) => `${count} ${code}`).join(', ')}` })
  expect(codes.get('ipc.invalid-input')).toBeGreaterThan(400)
  expect(fuzzed.filter(([, , code]) => !['ipc.invalid-input', 'ipc.unknown-command', 'threw'].includes(code))).toEqual([])

  const senseless = await page.evaluate(async (cases) => {
    const call = window.portico.call as (name: unknown, input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>
    const answers: string[] = []
    for (const [name, input] of cases) {
      const answer = await call(name, input)
      answers.push(answer.ok ? 'ok' : (answer.error?.code ?? 'no code'))
    }
    return answers
  }, SENSELESS)
  expect(SENSELESS.map(([name, input], index) => [name, input, senseless[index]])).toEqual(SENSELESS)

  await test.step('right shapes with nasty contents are taken or refused, never a surprise', async () => {
    const outcomes = await page.evaluate(nasty, journey.person.project)
    expect(outcomes.filter(([, , code]) => ['internal', 'threw', 'no code', 'ipc.invalid-input'].includes(code))).toEqual([])
    expect(outcomes.length).toBeGreaterThan(100)
  })

  await test.step('the app answers as before, and nothing unexpected is in its log', async () => {
    const systems = await page.evaluate(() => window.portico.call('auth.systems', {}))
    expect(systems.ok).toBe(true)
    expect(isGone(app.pid)).toBe(false)
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled()
    const log = readFileSync(path.join(app.userData, 'logs/portico.log'), 'utf8')
    expect(log).toContain('app.started')
    expect(log.split('\n').filter((line) => /"(uncaught|unhandled|command\.failed)"/.test(line))).toEqual([])
    expect(await page.evaluate(() => Object.keys(window.portico).sort())).toEqual(['call', 'subscribe'])
  })
})

/** Runs in the page. Inputs are wrong by making: each object has a key no schema knows, everything else is no object. */
async function fuzz({ names, each, seed }: { names: readonly string[]; each: number; seed: number }): Promise<Answer[]> {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T
  const texts = ['', ' ', 'x', '\u0000', '../../etc/passwd', '\ud800', '😀'.repeat(300), 'x'.repeat(50_000), '<img src=x onerror=alert(1)>', '%00%ff', '{}', 'null', '__proto__', '${7*7}', "' OR 1=1 --"]
  const keys = ['id', 'sessionId', 'text', 'url', 'env', 'args', 'name', 'command', 'decision', 'model', 'count', 'from', 'title', 'folder', 'systemId', 'baseUrl', 'theme', '__proto__', 'constructor', 'toString', '', '0']
  const scalar = (): unknown => pick<() => unknown>([() => pick(texts), () => null, () => undefined, () => random() * 1e308, () => -below(1000), () => NaN, () => Infinity, () => true, () => 2n ** 64n, () => pick(texts) + below(10)])()
  const value = (depth: number): unknown => {
    const kind = depth > 4 ? 0 : below(5)
    if (kind <= 1) return scalar()
    if (kind === 2) return Array.from({ length: below(6) }, () => value(depth + 1))
    if (kind === 3) return pick<() => unknown>([() => new Uint8Array(below(2000)), () => new Date(below(1e9)), () => new Error('made'), () => [[[[[[[]]]]]]]])()
    return object(depth)
  }
  const object = (depth: number): unknown => Object.fromEntries([...Array.from({ length: below(5) }, () => [pick(keys), value(depth + 1)] as const), [`unknown-${below(1000)}`, value(depth + 1)]])
  const uncarriable = (): unknown => pick([() => 1, Symbol('s'), { 'unknown-': () => 1 }, new Proxy({ 'unknown-': 1 }, {}), window])
  const wrongInput = (): unknown => (random() < 0.05 ? uncarriable() : random() < 0.6 ? object(0) : pick<() => unknown>([scalar, () => Array.from({ length: below(6) }, () => value(1))])())
  const junkNames: readonly unknown[] = ['', 'no.such', '__proto__', 'constructor', 'toString', 'chat.open ', 'CHAT.OPEN', 'chat', 'x'.repeat(100_000), null, undefined, 7, {}, ['chat.open'], true, 'app.quit\u0000']
  const show = (input: unknown): string => {
    try {
      return (JSON.stringify(input) ?? String(input)).slice(0, 200)
    } catch {
      return typeof input
    }
  }
  const call = window.portico.call as (name: unknown, input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>
  const ask = async (name: unknown, input: unknown): Promise<Answer> => {
    let code: string
    try {
      const answer = await call(name, input)
      code = answer.ok ? 'ok' : (answer.error?.code ?? 'no code')
    } catch {
      code = 'threw'
    }
    return [show(name).slice(0, 60), show(input), code]
  }
  const answers: Answer[] = []
  // In groups, so that they also meet each other on the way.
  for (const name of names) answers.push(...(await Promise.all(Array.from({ length: each }, () => ask(name, wrongInput())))))
  for (const name of junkNames) answers.push(...(await Promise.all(Array.from({ length: 4 }, () => ask(name, value(0))))))
  const subscribe = window.portico.subscribe as (topic: unknown, listener: () => void) => () => void
  for (const topic of junkNames) {
    try {
      const leave = subscribe(topic, () => undefined)
      leave()
    } catch {
      // The door does not carry every kind of value; that is refused in the page.
    }
  }
  return answers
}

/** Runs in the page: texts that have broken programs before, in every place that takes text. */
async function nasty(folder: string): Promise<Answer[]> {
  const texts = ['\u0000', '\ud800 \udfff', '\u202eevil', '../../../../etc/passwd', '-rf', '--', '%s%n%p', '😀'.repeat(90), ' ', '__proto__', `');DROP TABLE items;--`, 'CON', '\u001b]0;title\u0007', '<script>alert(1)</script>', '\ufeff']
  const call = window.portico.call as (name: unknown, input: unknown) => Promise<{ ok: boolean; value?: { id?: string }; error?: { code: string } }>
  const answers: Answer[] = []
  const ask = async (name: string, input: unknown): Promise<string | null> => {
    const answer = await call(name, input)
    answers.push([name, JSON.stringify(input), answer.ok ? 'ok' : (answer.error?.code ?? 'no code')])
    return answer.value?.id ?? null
  }
  for (const text of texts) {
    const sessionId = await ask('chat.create', { folder, model: text })
    await ask('chat.create', { folder: `${folder}/${text}`, model: 'm' })
    if (sessionId === null) continue
    await ask('chat.rename', { sessionId, title: text })
    await ask('chat.setModel', { sessionId, model: text })
    await ask('chat.send', { sessionId, text: text.repeat(1000) })
    await ask('chat.open', { sessionId, count: 1000 })
    await ask('chat.stop', { sessionId })
    await ask('chat.remove', { sessionId })
    await ask('app.openLink', { url: text })
    await ask('app.dismissNotice', { id: text })
    await ask('auth.start', { systemId: 'codegrex', baseUrl: `https://127.0.0.1:1/${text}` })
    await ask('auth.cancel', {})
    const id = await ask('tools.add', { name: `nasty ${texts.indexOf(text)}`, command: text, args: [text, ''], env: { NASTY: text } })
    if (id === null) continue
    await ask('tools.setEnabled', { id, enabled: true })
    await ask('tools.start', { id })
    await ask('tools.remove', { id })
  }
  return answers
}
