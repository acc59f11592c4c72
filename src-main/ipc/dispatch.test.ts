import { expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { commands } from '../../src-shared/ipc/contract.ts'
import { COMMAND_NAMES } from '../../src-shared/ipc/names.ts'
import { createDispatch } from './dispatch.ts'
import type { Handlers } from './handler-types.ts'

const OWN = { isOwnPage: true }

/** Handlers that remember what reached them; each answers null, unless told otherwise. */
function fixture(own: Partial<Handlers> = {}) {
  const reached: { name: string; input: unknown }[] = []
  const unexpected: unknown[] = []
  const all = Object.fromEntries(COMMAND_NAMES.map((name) => [name, (input: unknown) => {
    reached.push({ name, input })
    return null
  }]))
  const dispatch = createDispatch({
    loadSchemas: async () => commands,
    // The table is complete by construction: one entry per name.
    handlers: async () => ({ ...all, ...own }) as unknown as Handlers,
    onUnexpected: (_name, thrown) => unexpected.push(thrown),
  })
  return { dispatch, reached, unexpected }
}

it('hands parsed input to the command’s handler and its answer back', async () => {
  const { dispatch, reached } = fixture({ 'chat.pickFolder': () => ({ folder: '/work' }) })
  expect(await dispatch(OWN, 'inbox.markRead', { id: 'm1' })).toEqual({ ok: true, value: null })
  expect(reached).toEqual([{ name: 'inbox.markRead', input: { id: 'm1' } }])
  expect(await dispatch(OWN, 'chat.pickFolder', {})).toEqual({ ok: true, value: { folder: '/work' } })
})

it('refuses everything from a page that is not ours', async () => {
  const { dispatch, reached } = fixture()
  for (const name of COMMAND_NAMES) expect(await dispatch({ isOwnPage: false }, name, {})).toMatchObject({ ok: false, error: { code: 'ipc.forbidden-sender' } })
  expect(reached).toEqual([])
})

it('answers an expected failure as it is, and an unexpected one as internal without its text', async () => {
  const { dispatch, unexpected } = fixture({
    'chat.stop': () => {
      throw new AppError('session.not-found')
    },
    'app.quit': () => {
      throw new Error('secret path /home/ada')
    },
  })
  expect(await dispatch(OWN, 'chat.stop', { sessionId: 's' })).toMatchObject({ ok: false, error: { code: 'session.not-found' } })
  expect(unexpected).toEqual([])
  const answer = await dispatch(OWN, 'app.quit', {})
  expect(answer).toEqual({ ok: false, error: { code: 'internal', fields: {}, retryable: false } })
  expect(unexpected).toHaveLength(1)
})

it('says which field is wrong, never its value', async () => {
  const { dispatch } = fixture()
  const answer = await dispatch(OWN, 'gateway.addUpstream', { name: 'x', kind: 'chat', baseUrl: 'hunter2', key: 'sk-topsecret' })
  expect(answer).toMatchObject({ ok: false, error: { code: 'ipc.invalid-input', fields: { command: 'gateway.addUpstream' } } })
  expect(JSON.stringify(answer)).toContain('baseUrl')
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|topsecret/)
})

it('answers every failing start of the services', async () => {
  const dispatch = createDispatch({
    loadSchemas: async () => commands,
    handlers: () => Promise.reject(new AppError('storage.disk-full', { path: '/data' })),
    onUnexpected: () => expect.unreachable('the failure was expected'),
  })
  expect(await dispatch(OWN, 'app.quit', {})).toMatchObject({ ok: false, error: { code: 'storage.disk-full' } })
})

/** A small generator with a seed, so that a failing case comes back. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

it('survives 3,000 malformed messages: error results, no handler reached with a wrong shape, no throw', async () => {
  const { dispatch, reached, unexpected } = fixture()
  const next = random(42)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const leaf = (): unknown => pick<unknown>([
    null, undefined, 0, -1, Number.NaN, Infinity, 2 ** 60, '', 'x', 'x'.repeat(5_000), '__proto__', '\u0000', true, [], {}, [[[]]], new Date(0), 10n, circular,
    new Map([['id', 'x']]), new Uint8Array(8), { toString: 'no' }, { get id(): never { throw new Error('trap') } },
  ])
  const keys = ['id', 'sessionId', 'text', 'folder', 'model', 'approvalId', 'decision', 'url', 'name', 'command', 'args', 'env', 'choice', 'theme', 'kind', '__proto__', 'constructor']
  const value = (depth: number): unknown => {
    if (depth === 0 || next() < 0.4) return leaf()
    return Object.fromEntries(Array.from({ length: Math.floor(next() * 5) }, () => [pick(keys), value(depth - 1)]))
  }
  const names: unknown[] = [...COMMAND_NAMES, ...COMMAND_NAMES, 'toString', '__proto__', 'constructor', 'app', '', 7, null, undefined, {}, ['app.quit'], Symbol('app.quit')]
  for (let round = 0; round < 3_000; round += 1) {
    const name = pick(names)
    const input = value(3)
    const before = reached.length
    const result = await dispatch(OWN, name, input)
    if (!result.ok) {
      expect(['ipc.unknown-command', 'ipc.invalid-input', 'internal']).toContain(result.error.code)
      expect(reached.length).toBe(before)
    } else {
      const call = reached.at(-1)
      expect(call?.name).toBe(name)
      expect(commands[call?.name as keyof typeof commands].input.safeParse(call?.input).success).toBe(true)
    }
  }
  // Only inputs whose own getters throw may surprise us.
  for (const thrown of unexpected) expect(String(thrown)).toMatch(/trap/)
})
