/** `/local/v1/…` of a gateway one runs oneself: its settings read and changed, and its events followed. Field names are turned into ours here. */
import { z } from 'zod'
import type {
  Budgets, GatewayAccountView, GatewayKeyView, GatewayLogLine, GatewayModel, GatewayPrices, GatewayRate, GatewayRequest, GatewayRoutes, GatewayUpstream,
  NewKey, UpstreamTest,
} from '../../../src-shared/domain/gateway.ts'
import { AppError } from '../../../src-shared/errors.ts'
import {
  accountCreditRoute, accountRoute, ADMIN_ROUTES, adminModelSchema, adminModelsSchema, adminPricesSchema, createdKeySchema, detectedUpstreamSchema, EVENT_NAMES,
  gatewayAccountSchema, gatewayAccountsSchema, gatewayKeySchema, gatewayKeysSchema, keyRoute, liveRequestSchema, liveRequestsSchema, logLineSchema, logLinesSchema,
  rateSchema, routesSchema, upstreamRoute, upstreamStatusListSchema, upstreamStatusSchema, upstreamTestRoute, upstreamTestSchema,
} from '../../../src-shared/http/gateway-admin.ts'
import type { Timers } from '../../platform/ports.ts'
import type { Http, JsonRequest } from '../http.ts'
import type { Connection, GatewayAdmin, GatewayEvent, UpstreamChange } from '../ports.ts'
import { decodeSse, parseEventData, type SseEvent } from '../sse.ts'

/** Asking an upstream for its models, or looking for one, takes its time (ms). */
const UPSTREAM_TIMEOUT = 60_000
/** A test is a whole model call; a local model may have to be loaded first (ms). */
const TEST_TIMEOUT = 180_000
/** The gateway sends a comment every 20 s at least (ms). */
const EVENTS_IDLE = 60_000
const NEWEST = '?limit=500'

export function createGatewayAdmin(http: Http, timers: Timers): GatewayAdmin {
  /** `path` is a route of the contract. */
  const ask = <T>({ baseUrl, token }: Connection, path: string, schema: JsonRequest<T>['schema'], more: Partial<JsonRequest<T>> = {}): Promise<T> =>
    http.json({ url: baseUrl + path, token, schema, ...more })
  /** For answers that hold nothing we need. */
  const tell = async (connection: Connection, path: string, more: Partial<JsonRequest<unknown>>): Promise<void> => {
    await ask(connection, path, z.unknown(), more)
  }
  return {
    read: {
      async upstreams(connection, signal) {
        const answer = await ask(connection, ADMIN_ROUTES.upstreams, upstreamStatusListSchema, { signal, timeoutMs: UPSTREAM_TIMEOUT })
        return { list: answer.upstreams.map(upstreamView), keyStore: answer.key_store }
      },
      models: async (connection, signal) => (await ask(connection, ADMIN_ROUTES.models, adminModelsSchema, { signal, timeoutMs: UPSTREAM_TIMEOUT })).models.map(modelView),
      routes: (connection, signal): Promise<GatewayRoutes> => ask(connection, ADMIN_ROUTES.routes, routesSchema, { signal }),
      prices: async (connection, signal) => pricesView(await ask(connection, ADMIN_ROUTES.prices, adminPricesSchema, { signal })),
      keys: async (connection, signal) => (await ask(connection, ADMIN_ROUTES.keys, gatewayKeysSchema, { signal })).keys.map(keyView),
      accounts: async (connection, signal) => (await ask(connection, ADMIN_ROUTES.accounts, gatewayAccountsSchema, { signal })).accounts.map(accountView),
    },
    requests: async (connection, signal) => (await ask(connection, ADMIN_ROUTES.requests + NEWEST, liveRequestsSchema, { signal })).requests.map(requestView),
    lines: async (connection, signal) => (await ask(connection, ADMIN_ROUTES.logs + NEWEST, logLinesSchema, { signal })).lines.map(lineView),
    async events({ baseUrl, token }, signal) {
      const url = baseUrl + ADMIN_ROUTES.events
      const response = await http.open({ url, token, headers: { accept: 'text/event-stream' }, signal })
      if (!response.body) throw new AppError('stream.cut')
      return readEvents(decodeSse(response.body, { timers, idleMs: EVENTS_IDLE, signal, url }))
    },

    async detect(connection) {
      const { found } = await ask(connection, ADMIN_ROUTES.detect, detectedUpstreamSchema, { timeoutMs: UPSTREAM_TIMEOUT })
      return found === null ? null : { baseUrl: found.base_url, models: found.models }
    },
    async addUpstream(connection, upstream) {
      const before = await ask(connection, ADMIN_ROUTES.upstreams, upstreamStatusListSchema, { timeoutMs: UPSTREAM_TIMEOUT })
      const after = await ask(connection, ADMIN_ROUTES.upstreams, upstreamStatusListSchema, { body: { ...upstreamBody(upstream), kind: upstream.kind }, timeoutMs: UPSTREAM_TIMEOUT })
      const fresh = after.upstreams.filter((one) => !before.upstreams.some((old) => old.id === one.id))
      // Another person may have added one in the same moment: ours has our name.
      const added = fresh.find((one) => one.name === upstream.name) ?? fresh[0]
      if (added === undefined) throw new AppError('api.unexpected-answer', { route: ADMIN_ROUTES.upstreams, status: 'no new upstream', requestId: null })
      return { id: added.id }
    },
    changeUpstream: (connection, id, change) => tell(connection, upstreamRoute(id), { method: 'PATCH', body: upstreamBody(change), timeoutMs: UPSTREAM_TIMEOUT }),
    removeUpstream: (connection, id) => tell(connection, upstreamRoute(id), { method: 'DELETE' }),
    async testUpstream(connection, id, model): Promise<UpstreamTest> {
      const test = await ask(connection, upstreamTestRoute(id), upstreamTestSchema, { body: model === null ? {} : { model }, timeoutMs: TEST_TIMEOUT })
      return {
        ok: test.ok, model: test.model, text: test.text, error: test.error, firstByteMs: test.first_byte_ms, durationMs: test.duration_ms,
        inputTokens: test.input_tokens, outputTokens: test.output_tokens, chargedMicro: test.charged_micro_usd, requestId: test.request_id, upstreamStatus: test.upstream_status ?? null,
      }
    },
    saveRoutes: (connection, routes) => tell(connection, ADMIN_ROUTES.routes, { method: 'PUT', body: { routes } }),
    savePrices: (connection, prices) => tell(connection, ADMIN_ROUTES.prices, { method: 'PUT', body: pricesBody(prices) }),
    async addKey(connection, { accountId, ...key }) {
      const { key: made, secret } = await ask(connection, ADMIN_ROUTES.keys, createdKeySchema, { body: { ...keyBody(key), ...(accountId === undefined ? {} : { account_id: accountId }) } })
      return { id: made.id, secret }
    },
    changeKey: (connection, id, key) => tell(connection, keyRoute(id), { method: 'PATCH', body: keyBody(key) }),
    revokeKey: (connection, id) => tell(connection, keyRoute(id), { method: 'DELETE' }),
    addAccount: (connection, account) =>
      tell(connection, ADMIN_ROUTES.accounts, {
        body: { username: account.username, display_name: account.displayName, password: account.password, credit_micro_usd: account.creditMicro },
      }),
    changeAccount: (connection, id, { displayName, ...change }) =>
      tell(connection, accountRoute(id), { method: 'PATCH', body: { ...change, ...(displayName === undefined ? {} : { display_name: displayName }) } }),
    credit: (connection, id, amountMicro) => tell(connection, accountCreditRoute(id), { body: { amount_micro_usd: amountMicro } }),
  }
}

/** Events of the contract in order; names it does not know are for newer clients. @throws AppError `stream.*`, `gateway.timeout`, `api.unexpected-answer` */
async function* readEvents(events: AsyncIterable<SseEvent>): AsyncGenerator<GatewayEvent> {
  const read = <T extends z.ZodType>(schema: T, event: SseEvent): z.output<T> => {
    const parsed = schema.safeParse(parseEventData(event, null))
    if (parsed.success) return parsed.data
    throw new AppError('api.unexpected-answer', { route: ADMIN_ROUTES.events, status: 'an event', requestId: null })
  }
  for await (const event of events) {
    if (event.name === EVENT_NAMES.request) yield { kind: 'request', request: requestView(read(liveRequestSchema, event)) }
    else if (event.name === EVENT_NAMES.log) yield { kind: 'line', line: lineView(read(logLineSchema, event)) }
    else if (event.name === EVENT_NAMES.upstreams) yield { kind: 'upstreams' }
  }
}

const timeOf = (text: string): number => Date.parse(text)
const timeOrNull = (text: string | null): number | null => (text === null ? null : Date.parse(text))
const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

function upstreamView(upstream: z.output<typeof upstreamStatusSchema>): GatewayUpstream {
  const { id, kind, name, source, models, reachable, breaker, waiting } = upstream
  return {
    id, kind, name, baseUrl: upstream.base_url, source, models, reachable, breaker, waiting, breakerUntil: timeOrNull(upstream.breaker_until ?? null),
    keys: upstream.keys.map(({ label, state, until }) => ({ label, state, until: timeOrNull(until) })),
    inFlight: upstream.in_flight, maxConcurrent: upstream.max_concurrent, lastError: upstream.last_error,
  }
}
function upstreamBody({ name, baseUrl, key, models, maxConcurrent }: UpstreamChange): Record<string, unknown> {
  return { name, base_url: baseUrl, key, models, max_concurrent: maxConcurrent } // What is undefined is left out of JSON.
}
function rateView({ input, output, cache_read: cacheRead, cache_write: cacheWrite }: z.output<typeof rateSchema>): GatewayRate {
  return { input, output, cacheRead, cacheWrite }
}
function rateBody({ input, output, cacheRead, cacheWrite }: GatewayRate): z.output<typeof rateSchema> {
  return { input, output, cache_read: cacheRead, cache_write: cacheWrite }
}
function modelView(model: z.output<typeof adminModelSchema>): GatewayModel {
  const { id, name, practice, card } = model
  return { id, name, practice, card, upstreamId: model.upstream_id, upstreamModel: model.upstream_model, contextWindow: model.context_window, rate: rateView(model.rate) }
}
function pricesView({ rates, cards, schedule, override }: z.output<typeof adminPricesSchema>): GatewayPrices {
  const { surge, standard, reduced, budget } = rates
  return {
    rates: { surge: rateView(surge), standard: rateView(standard), reduced: rateView(reduced), budget: rateView(budget) },
    cards: cards.map((card) => ({ model: card.model, surge: rateView(card.surge), standard: rateView(card.standard), reduced: rateView(card.reduced) })),
    schedule: schedule.map((window) => ({ mode: window.mode, fromMinute: window.from_minute, toMinute: window.to_minute, days: window.days })),
    override: override === null ? null : { mode: override.mode, until: timeOf(override.until) },
  }
}
function pricesBody({ rates, cards, schedule, override }: GatewayPrices): z.input<typeof adminPricesSchema> {
  const { surge, standard, reduced, budget } = rates
  return {
    rates: { surge: rateBody(surge), standard: rateBody(standard), reduced: rateBody(reduced), budget: rateBody(budget) },
    cards: cards.map((card) => ({ model: card.model, surge: rateBody(card.surge), standard: rateBody(card.standard), reduced: rateBody(card.reduced) })),
    schedule: schedule.map((window) => ({ mode: window.mode, from_minute: window.fromMinute, to_minute: window.toMinute, days: window.days === null ? null : [...window.days] })),
    override: override === null ? null : { mode: override.mode, until: new Date(override.until).toISOString() },
  }
}
function keyView(key: z.output<typeof gatewayKeySchema>): GatewayKeyView {
  const { id, label, hint, kind, scopes, spent, cidrs, models, limits } = key
  return {
    id, label, hint, kind, scopes, budgets: key.budgets, spent, cidrs, models, accountId: key.account_id,
    limits: { requestsPerMinute: limits.requests_per_minute, concurrent: limits.concurrent },
    createdAt: timeOf(key.created_at), expiresAt: timeOrNull(key.expires_at), lastUsedAt: timeOrNull(key.last_used_at),
  }
}
function keyBody({ label, scopes, limits, budgets, cidrs, models, expiresAt }: Omit<NewKey, 'accountId'>): Record<string, unknown> {
  return {
    label, scopes, limits: { requests_per_minute: limits.requestsPerMinute, concurrent: limits.concurrent }, budgets: { ...budgets } satisfies Budgets,
    cidrs, models, expires_at: isoOrNull(expiresAt),
  }
}
function accountView(account: z.output<typeof gatewayAccountSchema>): GatewayAccountView {
  const { id, username, role, disabled, budgets, spent } = account
  return {
    id, username, role, disabled, budgets, spent, displayName: account.display_name, balanceMicro: account.balance_micro_usd,
    reservedMicro: account.reserved_micro_usd, createdAt: timeOf(account.created_at),
  }
}
function requestView(request: z.output<typeof liveRequestSchema>): GatewayRequest {
  const { id, account, key, wire, model, state, estimated, status, note } = request
  return {
    id, account, key, wire, model, state, estimated, status, note, requestId: request.request_id, upstreamId: request.upstream_id, upstreamModel: request.upstream_model,
    startedAt: timeOf(request.started_at), firstByteMs: request.first_byte_ms, durationMs: request.duration_ms,
    inputTokens: request.input_tokens, outputTokens: request.output_tokens, chargedMicro: request.charged_micro_usd,
  }
}
function lineView({ at, level, event, fields }: z.output<typeof logLineSchema>): GatewayLogLine {
  return { at: timeOf(at), level, event, fields: Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]) }
}
