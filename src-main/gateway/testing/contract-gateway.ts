/** For tests: a gateway that serves the administration contract from memory, reached through a hand-written fetch. What it gets is checked against the contract. */
import { z } from 'zod'
import {
  ADMIN_ROUTES, adminPricesSchema, changeAccountSchema, changeKeySchema, changeUpstreamSchema, creditRequestSchema, newAccountSchema, newKeySchema, newUpstreamSchema,
  routesSchema, upstreamTestRequestSchema, type AdminPrices, type GatewayKey, type GatewayLogLine, type LiveRequest, type UpstreamStatus,
} from '../../../src-shared/http/gateway-admin.ts'
import type { Fetch } from '../../platform/ports.ts'

export const START = '2026-05-25T12:00:00.000Z'
const rate = (input: number) => ({ input, output: 5 * input, cache_read: null, cache_write: null })

export const practice: UpstreamStatus = {
  id: 'practice', kind: 'practice', name: 'Practice (not an AI)', base_url: '', source: 'built-in', models: ['offline-practice'], reachable: true, breaker: 'closed',
  keys: [], in_flight: 0, waiting: 0, max_concurrent: null, last_error: null,
}
export const prices: AdminPrices = {
  rates: { surge: rate(6_000_000), standard: rate(5_000_000), reduced: rate(4_500_000), budget: rate(2_000_000) },
  cards: [], schedule: [{ mode: 'surge', from_minute: 780, to_minute: 840, days: null }], override: null,
}
const nothing = { day: null, month: null, total: null }
export const ownKey: GatewayKey = {
  id: 'k1', label: 'This computer', hint: 'pk_ab', account_id: 'a1', kind: 'local', scopes: ['models', 'account', 'admin'],
  limits: { requests_per_minute: null, concurrent: null }, budgets: nothing, spent: { day: 1, month: 2, total: 3 }, cidrs: null, models: null,
  created_at: START, expires_at: null, last_used_at: START,
}
export const request = (id: string, more: Partial<LiveRequest> = {}): LiveRequest => ({
  id, request_id: `req_${id}`, account: 'ada', key: 'This computer', wire: 'chat-completions', model: 'm', upstream_id: 'practice', upstream_model: 'm', state: 'calling',
  started_at: START, first_byte_ms: null, duration_ms: null, input_tokens: null, output_tokens: null, charged_micro_usd: null, estimated: false, status: null, note: null, ...more,
})
export const line = (event: string): GatewayLogLine => ({ at: START, level: 'info', event, fields: { port: 1, why: 'so' } })

export interface ContractGateway {
  fetch: Fetch
  /** "METHOD path" of every request, oldest first. */
  asked: string[]
  /** The newest body of "METHOD path". */
  body(of: string): unknown
  upstreams: UpstreamStatus[]
  prices: AdminPrices
  requests: LiveRequest[]
  lines: GatewayLogLine[]
  /** A status all requests are answered with instead; null = as usual. `0` = nobody answers. */
  failWith: number | null
  /** Waited for before "METHOD path" is answered, with what was true before the wait. */
  slow: ((of: string) => Promise<void>) | null
  /** Tells on the events that are open. */
  tell(name: string, data: unknown): void
  /** A sign of life without an event. */
  comment(): void
  /** Ends the events. */
  hangUp(): void
  /** Events that are followed now. */
  followers(): number
}

const SHAPES: Readonly<Record<string, z.ZodType>> = {
  [`POST ${ADMIN_ROUTES.upstreams}`]: newUpstreamSchema, [`POST ${ADMIN_ROUTES.upstreams}/u1/test`]: upstreamTestRequestSchema, [`PATCH ${ADMIN_ROUTES.upstreams}/u1`]: changeUpstreamSchema,
  [`PUT ${ADMIN_ROUTES.routes}`]: routesSchema, [`PUT ${ADMIN_ROUTES.prices}`]: adminPricesSchema, [`POST ${ADMIN_ROUTES.keys}`]: newKeySchema, [`PATCH ${ADMIN_ROUTES.keys}/k1`]: changeKeySchema,
  [`POST ${ADMIN_ROUTES.accounts}`]: newAccountSchema, [`PATCH ${ADMIN_ROUTES.accounts}/a1`]: changeAccountSchema, [`POST ${ADMIN_ROUTES.accounts}/a1/credit`]: creditRequestSchema,
}

export function contractGateway(): ContractGateway {
  const bodies = new Map<string, unknown>()
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const encoder = new TextEncoder()
  const account = {
    id: 'a1', username: 'ada', display_name: 'Ada', role: 'owner', disabled: false, balance_micro_usd: 5_000_000, reserved_micro_usd: 0, budgets: nothing,
    spent: { day: 0, month: 0, total: 0 }, created_at: START,
  }
  const gateway: ContractGateway = {
    asked: [], upstreams: [practice], prices, requests: [], lines: [], failWith: null, slow: null,
    body: (of) => bodies.get(of),
    followers: () => open.size,
    tell: (name, data) => {
      for (const one of open) one.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
    },
    comment: () => {
      for (const one of open) one.enqueue(encoder.encode(': still here\n\n'))
    },
    hangUp() {
      for (const one of open) one.close()
      open.clear()
    },
    async fetch(url, init = {}) {
      const { pathname } = new URL(url)
      const what = `${init.method ?? 'GET'} ${pathname}`
      gateway.asked.push(what)
      await Promise.resolve()
      if (gateway.failWith === 0) throw new TypeError('fetch failed')
      if (gateway.failWith !== null) return json({ error: 'Not today' }, gateway.failWith)
      const sent: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
      bodies.set(what, sent)
      if (SHAPES[what] && !SHAPES[what].safeParse(sent).success) return json({ error: `not as the contract has it: ${JSON.stringify(sent)}` }, 400)
      const response = answer(what, sent, init.signal ?? null)
      await gateway.slow?.(what)
      return response
    },
  }
  const json = (body: unknown, status = 200): Response => new Response(status === 204 ? null : JSON.stringify(body), { status })
  function answer(what: string, sent: unknown, signal: AbortSignal | null): Response {
    switch (what) {
      case `GET ${ADMIN_ROUTES.upstreams}`: return json({ upstreams: gateway.upstreams, key_store: 'keychain' })
      case `GET ${ADMIN_ROUTES.detect}`: return json({ found: { base_url: 'http://127.0.0.1:11434', models: ['qwen3:4b'] } })
      case `POST ${ADMIN_ROUTES.upstreams}`: {
        const { name, base_url } = newUpstreamSchema.parse(sent)
        const made: UpstreamStatus = { ...practice, id: 'u1', kind: 'chat', name, base_url, source: 'added', keys: [{ label: 'key 1', state: 'cooling', until: START }] }
        gateway.upstreams = [...gateway.upstreams, made]
        return json({ upstreams: gateway.upstreams, key_store: 'keychain' }, 201)
      }
      case `POST ${ADMIN_ROUTES.upstreams}/u1/test`:
        return json({ ok: true, model: 'm', text: 'Hello.', error: null, first_byte_ms: 12.5, duration_ms: 80, input_tokens: 9, output_tokens: 2, charged_micro_usd: 110, request_id: 'r' })
      case `GET ${ADMIN_ROUTES.models}`:
        return json({ models: [{ id: 'm', name: 'M', upstream_id: 'practice', upstream_model: 'm', practice: true, context_window: 8192, rate: gateway.prices.rates.standard, card: null }] })
      case `GET ${ADMIN_ROUTES.routes}`: return json({ routes: [{ model: 'fast', targets: [{ upstream: 'practice', model: 'm' }] }] })
      case `GET ${ADMIN_ROUTES.prices}`: return json(gateway.prices)
      case `PUT ${ADMIN_ROUTES.prices}`: {
        gateway.prices = adminPricesSchema.parse(sent)
        return json(gateway.prices)
      }
      case `PUT ${ADMIN_ROUTES.routes}`: return json(sent)
      case `GET ${ADMIN_ROUTES.keys}`: return json({ keys: [ownKey] })
      case `POST ${ADMIN_ROUTES.keys}`: return json({ key: { ...ownKey, id: 'k2', kind: 'key' }, secret: 'pk_secret' }, 201)
      case `GET ${ADMIN_ROUTES.accounts}`: return json({ accounts: [account] })
      case `POST ${ADMIN_ROUTES.accounts}`: return json(account, 201)
      case `GET ${ADMIN_ROUTES.requests}`: return json({ requests: gateway.requests })
      case `GET ${ADMIN_ROUTES.logs}`: return json({ lines: gateway.lines })
      case `GET ${ADMIN_ROUTES.events}`: return new Response(events(signal), { headers: { 'content-type': 'text/event-stream' } })
      default: return what.startsWith('DELETE ') ? json(null, 204) : /^(PATCH|POST) /.test(what) && SHAPES[what] ? json({}) : json({ error: 'Not found' }, 404)
    }
  }
  function events(signal: AbortSignal | null): ReadableStream<Uint8Array> {
    let mine: ReadableStreamDefaultController<Uint8Array> | null = null
    const gone = (): void => {
      if (mine !== null) open.delete(mine)
    }
    signal?.addEventListener('abort', gone)
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller
        open.add(controller)
      },
      cancel: gone,
    })
  }
  return gateway
}
