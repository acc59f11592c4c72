/** Looking after a gateway over its real client: read once it is looked at, followed, told in batches, changed by a person, and away and back again. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuthState } from '../../src-shared/domain/account.ts'
import type { GatewayLiveBatch, NewKey } from '../../src-shared/domain/gateway.ts'
import { AppError } from '../../src-shared/errors.ts'
import { createHttp } from '../api/http.ts'
import { createGatewayAdmin } from '../api/routes/gateway-admin.ts'
import { fakeLog, fakeSystem, fakeTime, NOW, type FakeTime } from '../api/test-fakes.ts'
import { createGatewayRoom, type GatewayRoom } from './room.ts'
import { contractGateway, line, practice, request, type ContractGateway } from './testing/contract-gateway.ts'

let time: FakeTime
let gateway: ContractGateway
let room: GatewayRoom
let batches: GatewayLiveBatch[]
let walletReads: number

const signedIn = (more: Partial<Extract<AuthState, { kind: 'signed-in' }>> = {}): AuthState => ({
  kind: 'signed-in', systemId: 'embedded', systemName: 'This computer', baseUrl: 'http://127.0.0.1:1', capabilities: ['gateway'],
  account: { id: 'a1', name: 'Ada', email: null }, tokenStore: 'keychain', refused: false, ...more,
})
/** Streams settle over several turns of the event loop, not only of the queue of promises. */
async function calm(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
async function pass(ms: number): Promise<void> {
  await time.pass(ms)
  await calm()
}
/** Time with a gateway that gives its sign of life. */
async function passAlive(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 20_000) {
    gateway.comment()
    await calm()
    await pass(Math.min(20_000, left))
  }
}
async function opened(): Promise<void> {
  room.follow(signedIn())
  room.watch(true)
  await calm()
  await pass(300)
}
const count = (of: string): number => gateway.asked.filter((one) => one === of).length

beforeEach(() => {
  time = fakeTime()
  gateway = contractGateway()
  batches = []
  walletReads = 0
  const http = createHttp({ fetch: gateway.fetch, clock: time.clock, timers: time.timers, ids: { next: () => 'req' }, version: '1', log: fakeLog() })
  const system = fakeSystem({ id: 'embedded', gateway: createGatewayAdmin(http, time.timers) })
  room = createGatewayRoom({
    connect: async () => ({ system, connection: { baseUrl: 'http://127.0.0.1:1', token: 'bearer-1' } }), clock: time.clock, timers: time.timers, random: () => 0.5, log: fakeLog(),
    live: (batch) => void batches.push(batch),
    accountChanged: () => {
      walletReads += 1
    },
  })
})

describe('while nobody looks', () => {
  it('asks for nothing', async () => {
    room.follow(signedIn())
    await pass(60_000)
    expect(gateway.asked).toEqual([])
    expect(room.state().link).toEqual({ kind: 'closed' })
  })
  it('asks for nothing of a gateway that cannot be looked after, and refuses changes', async () => {
    const hosted = createGatewayRoom({
      connect: async () => ({ system: fakeSystem({ id: 'hosted' }), connection: { baseUrl: 'https://h.example', token: 'bearer-1' } }),
      clock: time.clock, timers: time.timers, random: () => 0.5, log: fakeLog(), live: () => undefined, accountChanged: () => undefined,
    })
    hosted.follow(signedIn({ systemId: 'hosted', capabilities: ['models'] }))
    hosted.watch(true)
    await calm()
    expect(hosted.state().link.kind).toBe('closed')
    await expect(hosted.detect()).rejects.toMatchObject({ code: 'auth.unsupported' })
  })
  it('ends the events and every timer, and keeps what was read', async () => {
    await opened()
    gateway.tell('request', request('1', { duration_ms: 5, state: 'finished', charged_micro_usd: 7 }))
    await calm()
    expect(gateway.followers()).toBe(1)
    room.watch(false)
    await pass(120_000)
    expect(gateway.followers()).toBe(0)
    expect(time.waiting()).toEqual([])
    expect(room.state()).toMatchObject({ link: { kind: 'closed' }, parts: { keys: { asOf: NOW } } })
  })
})

describe('while somebody looks', () => {
  it('reads every part, in our words, with its time', async () => {
    await opened()
    const { parts, problems, link } = room.state()
    expect([problems, link]).toEqual([{}, { kind: 'live' }])
    expect(parts.upstreams).toMatchObject({ asOf: NOW, value: { keyStore: 'keychain', list: [{ id: 'practice', baseUrl: '', inFlight: 0, maxConcurrent: null }] } })
    expect(parts.models?.value).toEqual([{
      id: 'm', name: 'M', upstreamId: 'practice', upstreamModel: 'm', practice: true, contextWindow: 8192, card: null,
      rate: { input: 5_000_000, output: 25_000_000, cacheRead: null, cacheWrite: null },
    }])
    expect(parts.routes?.value).toEqual({ routes: [{ model: 'fast', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'practice', model: 'm' }] }], fixed: [] })
    expect(parts.prices?.value.schedule).toEqual([{ mode: 'surge', fromMinute: 780, toMinute: 840, days: null }])
    expect(parts.keys?.value).toMatchObject([{ id: 'k1', accountId: 'a1', createdAt: NOW, expiresAt: null, lastUsedAt: NOW, limits: { requestsPerMinute: null, concurrent: null } }])
    expect(parts.accounts?.value).toMatchObject([{ username: 'ada', displayName: 'Ada', balanceMicro: 5_000_000, createdAt: NOW }])
  })
  it('starts with what was, oldest first, and what was told meanwhile on top', async () => {
    gateway.requests = [request('2'), request('1', { state: 'finished' })]
    gateway.lines = [line('b'), line('a')]
    await opened()
    expect(batches.at(-1)).toMatchObject({ reset: true, requests: [{ id: '1' }, { id: '2' }], lines: [{ event: 'a', at: NOW, fields: [['port', '1'], ['why', 'so']] }, { event: 'b' }] })
  })
  it('tells changes at most four times a second, the newest state of each', async () => {
    await opened()
    const before = batches.length
    for (let step = 0; step < 40; step += 1) {
      gateway.tell('request', request('1', { duration_ms: null, first_byte_ms: step }))
      gateway.tell('log', line(`l${step}`))
      await calm()
      await pass(25)
    }
    await pass(250)
    const told = batches.slice(before)
    expect(told.length).toBeLessThanOrEqual(6)
    expect(told.length).toBeGreaterThanOrEqual(4)
    expect(told.every((batch) => !batch.reset && batch.requests.length <= 1)).toBe(true)
    expect(told.at(-1)?.requests[0]?.firstByteMs).toBe(39)
    expect(told.flatMap((batch) => batch.lines)).toHaveLength(40)
  })
  it('reads what a finished call changes, once for many', async () => {
    await opened()
    const before = count('GET /local/v1/keys')
    for (let call = 0; call < 20; call += 1) gateway.tell('request', request(String(call), { state: 'finished', duration_ms: 3, charged_micro_usd: 9 }))
    await calm()
    await pass(3_000)
    expect(count('GET /local/v1/keys')).toBe(before + 1)
    expect(walletReads).toBe(1)
  })
  it('reads upstreams and models when the gateway says so', async () => {
    await opened()
    gateway.upstreams = [{ ...practice, breaker: 'open' }]
    gateway.tell('upstreams', {})
    await calm()
    await pass(600)
    expect(room.state().parts.upstreams?.value.list[0]?.breaker).toBe('open')
  })
  it('reads models and prices when the price window ends', async () => {
    await opened()
    const before = count('GET /local/v1/models')
    await passAlive(3_600_000 - 400)
    expect(count('GET /local/v1/models')).toBe(before)
    await pass(1_000)
    expect(count('GET /local/v1/models')).toBe(before + 1)
  })
  it('skips events it does not know', async () => {
    await opened()
    gateway.tell('weather', { sun: true })
    gateway.tell('request', request('1'))
    await calm()
    await pass(300)
    expect(batches.at(-1)?.requests[0]?.id).toBe('1')
    expect(room.state().link.kind).toBe('live')
  })
})

describe('away', () => {
  it('says so with the next try, waits longer each time, and is live again by itself', async () => {
    gateway.failWith = 0
    room.follow(signedIn())
    room.watch(true)
    await calm()
    expect(room.state().link).toMatchObject({ kind: 'away', error: { code: 'gateway.unreachable' }, retryAt: NOW + 500 })
    await pass(500)
    expect(room.state().link).toMatchObject({ retryAt: NOW + 1_500 })
    gateway.failWith = null
    await pass(1_000)
    expect(room.state().link.kind).toBe('live')
    await pass(300)
    expect(room.state().parts.keys).not.toBeNull()
  })
  it('counts a silence without any sign of life as gone', async () => {
    await opened()
    await passAlive(300_000)
    expect(room.state().link.kind).toBe('live')
    await pass(40_100)
    expect(room.state().link).toMatchObject({ kind: 'away', error: { code: 'gateway.timeout' } })
  })
  it('keeps the older readings beside the problem', async () => {
    await opened()
    gateway.hangUp()
    gateway.failWith = 0
    await calm()
    await room.refresh()
    expect(room.state().problems.prices?.code).toBe('gateway.unreachable')
    expect(room.state().parts.prices?.asOf).toBe(NOW)
  })
  it('tries at once when the gateway is back, and when the person asks', async () => {
    await opened()
    gateway.hangUp()
    await calm()
    expect(room.state().link).toMatchObject({ kind: 'away', error: { code: 'stream.cut' } })
    room.gatewayBack()
    await calm()
    expect(room.state().link.kind).toBe('live')
    expect(gateway.followers()).toBe(1)
  })
  it('does not go on asking a gateway that refuses', async () => {
    gateway.failWith = 403
    room.follow(signedIn())
    room.watch(true)
    await calm()
    expect(room.state().link).toMatchObject({ kind: 'away', error: { code: 'api.forbidden', fields: { message: 'Not today' } }, retryAt: null })
    const before = gateway.asked.length
    await pass(600_000)
    expect(gateway.asked.length).toBe(before)
  })
})

describe('another account', () => {
  it('sees nothing of the one before', async () => {
    gateway.requests = [request('1')]
    await opened()
    room.follow({ kind: 'signed-out', reason: 'signed-out' })
    expect(room.state().parts.keys).toBeNull()
    expect(batches.at(-1)).toEqual({ reset: true, requests: [], lines: [] })
    await calm()
    expect(gateway.followers()).toBe(0)
  })
})

describe('changes', () => {
  const key: NewKey = {
    label: 'Build server', scopes: ['models'], limits: { requestsPerMinute: 60, concurrent: null }, budgets: { day: 1_000_000, month: null, total: null },
    cidrs: ['10.0.0.0/8'], models: null, expiresAt: NOW + 86_400_000,
  }
  it('go out as the contract has them, and are seen before they resolve', async () => {
    await opened()
    expect(await room.addUpstream({ name: 'Ollama', kind: 'ollama', baseUrl: 'http://127.0.0.1:11434', key: 'sk-1' })).toEqual({ id: 'u1' })
    expect(gateway.body('POST /local/v1/upstreams')).toEqual({ name: 'Ollama', kind: 'ollama', base_url: 'http://127.0.0.1:11434', key: 'sk-1' })
    expect(room.state().parts.upstreams?.value.list[1]).toMatchObject({ id: 'u1', keys: [{ label: 'key 1', state: 'cooling', until: NOW }] })
    await room.changeUpstream('u1', { maxConcurrent: null })
    expect(gateway.body('PATCH /local/v1/upstreams/u1')).toEqual({ max_concurrent: null })
    expect(await room.testUpstream('u1', null)).toMatchObject({ ok: true, text: 'Hello.', firstByteMs: 12.5, chargedMicro: 110 })
    expect(await room.addKey(key)).toEqual({ id: 'k2', secret: 'pk_secret' })
    expect(gateway.body('POST /local/v1/keys')).toEqual({
      label: 'Build server', scopes: ['models'], limits: { requests_per_minute: 60, concurrent: null }, budgets: { day: 1_000_000, month: null, total: null },
      cidrs: ['10.0.0.0/8'], models: null, expires_at: '2026-05-26T12:00:00.000Z',
    })
    await room.changeKey('k1', key)
    await room.revokeKey('k1')
    await room.addAccount({ username: 'bob', displayName: 'Bob', password: 'longenough', creditMicro: 5 })
    await room.changeAccount('a1', { disabled: true, displayName: 'A' })
    expect(gateway.body('PATCH /local/v1/accounts/a1')).toEqual({ disabled: true, display_name: 'A' })
    await room.credit('a1', 1_000_000)
    await room.saveRoutes([{ model: 'x*', wires: null, modes: ['surge'], toolbox: null, targets: [{ upstream: 'u1', model: '*' }] }])
    await room.removeUpstream('u1')
    expect(walletReads).toBeGreaterThan(0)
  })
  it('are seen before they resolve also when a newer reading overtakes theirs', async () => {
    await opened()
    const waiting: (() => void)[] = []
    gateway.slow = (of) => (of === 'GET /local/v1/upstreams' && count('POST /local/v1/upstreams') > 0 ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve())
    let seen: unknown = 'not resolved'
    const added = room.addUpstream({ name: 'Slow', kind: 'chat', baseUrl: 'http://127.0.0.1:9' }).then(() => (seen = room.state().parts.upstreams?.value.list[1]?.id))
    await calm()
    gateway.tell('upstreams', {})
    await pass(1_000)
    expect(waiting).toHaveLength(2)
    waiting[0]?.()
    await calm()
    expect(seen).toBe('not resolved')
    waiting[1]?.()
    await added
    expect(seen).toBe('u1')
  })
  it('of prices come back in what is read, and set the next price window', async () => {
    await opened()
    const before = room.state().parts.prices?.value
    if (!before) throw new Error('prices were not read')
    const override = { mode: 'reduced' as const, until: NOW + 600_000 }
    await room.savePrices({ ...before, override })
    expect(room.state().parts.prices?.value).toEqual({ ...before, override })
    const models = count('GET /local/v1/models')
    await passAlive(601_000)
    expect(count('GET /local/v1/models')).toBe(models + 1)
  })
  it('that the gateway refuses are told and change nothing', async () => {
    await opened()
    gateway.failWith = 400
    const refused = await room.addUpstream({ name: 'x', kind: 'chat', baseUrl: 'http://127.0.0.1:9' }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AppError)
    expect(refused).toMatchObject({ code: 'api.bad-request', fields: { message: 'Not today' } })
    expect(room.state().problems).toEqual({})
  })
})
