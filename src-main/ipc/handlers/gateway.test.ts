/** Every `gateway.*` command reaches the room with what was sent, and only an id, a secret or a test comes back. */
import { expect, it } from 'vitest'
import { commands } from '../../../src-shared/ipc/contract.ts'
import { COMMAND_NAMES } from '../../../src-shared/ipc/names.ts'
import type { GatewayRoom } from '../../gateway/room.ts'
import { createDispatch } from '../dispatch.ts'
import type { Handlers } from '../handler-types.ts'
import { gatewayHandlers } from './gateway.ts'

const TEST = { ok: true, model: 'm', text: 't', error: null, firstByteMs: 1, durationMs: 2, inputTokens: 3, outputTokens: 4, chargedMicro: 5, requestId: 'r', upstreamStatus: 200 }
const none = { day: null, month: null, total: null }
const rate = { input: 1, output: 2, cacheRead: null, cacheWrite: 0 }
const key = { label: 'Laptop', scopes: ['models'], limits: { requestsPerMinute: null, concurrent: 2 }, budgets: none, cidrs: null, models: ['a*'], expiresAt: 5 }

function fixture() {
  const calls: unknown[][] = []
  const noted = <T>(name: string, answer: T) => (...args: unknown[]): Promise<T> => {
    calls.push([name, ...args])
    return Promise.resolve(answer)
  }
  const room: GatewayRoom = {
    state: () => expect.unreachable(), onChange: () => expect.unreachable(), follow: () => expect.unreachable(), watch: () => expect.unreachable(),
    gatewayBack: () => expect.unreachable(), close: () => expect.unreachable(),
    refresh: noted('refresh', undefined), detect: noted('detect', null), addUpstream: noted('addUpstream', { id: 'u' }), changeUpstream: noted('changeUpstream', undefined),
    removeUpstream: noted('removeUpstream', undefined), testUpstream: noted('testUpstream', TEST), saveRoutes: noted('saveRoutes', undefined), savePrices: noted('savePrices', undefined),
    addKey: noted('addKey', { id: 'k', secret: 's' }), changeKey: noted('changeKey', undefined), revokeKey: noted('revokeKey', undefined),
    addAccount: noted('addAccount', undefined), changeAccount: noted('changeAccount', undefined), credit: noted('credit', undefined),
  }
  // Only this feature's commands are asked for.
  const handlers = gatewayHandlers(room) as unknown as Handlers
  const dispatch = createDispatch({ loadSchemas: async () => commands, handlers: async () => handlers, onUnexpected: (_name, thrown) => expect.unreachable(String(thrown)) })
  return { calls, ask: (name: string, input: unknown) => dispatch({ isOwnPage: true }, name, input) }
}

const CASES: readonly [command: string, input: unknown, call: unknown[], answer: unknown][] = [
  ['gateway.refresh', {}, ['refresh'], null],
  ['gateway.detect', {}, ['detect'], null],
  ['gateway.addUpstream', { name: 'U', kind: 'ollama', baseUrl: 'http://127.0.0.1:11434' }, ['addUpstream', { name: 'U', kind: 'ollama', baseUrl: 'http://127.0.0.1:11434' }], { id: 'u' }],
  ['gateway.changeUpstream', { id: 'u', key: 'k', maxConcurrent: null }, ['changeUpstream', 'u', { key: 'k', maxConcurrent: null }], null],
  ['gateway.removeUpstream', { id: 'u' }, ['removeUpstream', 'u'], null],
  ['gateway.testUpstream', { id: 'u' }, ['testUpstream', 'u', null], TEST],
  ['gateway.saveRoutes', { routes: [{ model: 'x', wires: null, modes: ['surge'], toolbox: null, targets: [{ upstream: 'u', model: 'm' }] }] }, ['saveRoutes', [{ model: 'x', wires: null, modes: ['surge'], toolbox: null, targets: [{ upstream: 'u', model: 'm' }] }]], null],
  ['gateway.savePrices', { rates: { surge: rate, standard: rate, reduced: rate, budget: rate }, cards: [], schedule: [], override: null }, ['savePrices', { rates: { surge: rate, standard: rate, reduced: rate, budget: rate }, cards: [], schedule: [], override: null }], null],
  ['gateway.addKey', { ...key, accountId: 'a' }, ['addKey', { ...key, accountId: 'a' }], { id: 'k', secret: 's' }],
  ['gateway.changeKey', { ...key, id: 'k' }, ['changeKey', 'k', key], null],
  ['gateway.revokeKey', { id: 'k' }, ['revokeKey', 'k'], null],
  ['gateway.addAccount', { username: 'bob', displayName: 'Bob', password: 'longenough', creditMicro: 0 }, ['addAccount', { username: 'bob', displayName: 'Bob', password: 'longenough', creditMicro: 0 }], null],
  ['gateway.changeAccount', { id: 'a', disabled: true }, ['changeAccount', 'a', { disabled: true }], null],
  ['gateway.credit', { id: 'a', amountMicro: 5 }, ['credit', 'a', 5], null],
]

it('hands each command on', async () => {
  for (const [command, input, call, answer] of CASES) {
    const { calls, ask } = fixture()
    expect(await ask(command, input), command).toEqual({ ok: true, value: answer })
    expect(calls, command).toEqual([call])
  }
  expect(CASES.map(([command]) => command).toSorted()).toEqual(COMMAND_NAMES.filter((name) => name.startsWith('gateway.')).toSorted())
})

it('refuses what cannot be meant', async () => {
  const bad: readonly [string, unknown][] = [
    ['gateway.addUpstream', { name: 'U', kind: 'practice', baseUrl: 'http://127.0.0.1:1' }], ['gateway.addUpstream', { name: 'U', kind: 'chat', baseUrl: 'here' }],
    ['gateway.addKey', { ...key, scopes: [] }], ['gateway.addKey', { ...key, budgets: { ...none, day: -1 } }], ['gateway.addKey', { ...key, budgets: { ...none, day: 0.5 } }],
    ['gateway.credit', { id: 'a', amountMicro: 0 }], ['gateway.addAccount', { username: 'Bob!', displayName: 'B', password: 'longenough', creditMicro: 0 }],
    ['gateway.saveRoutes', { routes: [{ model: 'x', wires: null, modes: null, toolbox: null, targets: [] }] }],
  ]
  for (const [command, input] of bad) {
    const { calls, ask } = fixture()
    expect(await ask(command, input), JSON.stringify(input)).toMatchObject({ ok: false, error: { code: 'ipc.invalid-input' } })
    expect(calls).toEqual([])
  }
})
