/**
 * `/local/v1/…`: how the person who runs a Portico gateway looks after it: upstreams, models and routes, prices, keys, accounts, live requests, logs.
 * Only callers with the scope `admin` may use them. Secrets go in and never come out; amounts are integer micro-dollars, times ISO 8601 text.
 *
 * Verbs. Upstreams: GET, POST a NewUpstream (201), PATCH ID and DELETE ID all answer the list; GET `detect`, POST `ID/test` (200 also when the model
 * call failed: `ok` says so). Models: GET. Routes, prices: GET, PUT the whole (answers the whole).
 * Keys: GET list, POST (201, CreatedKey), PATCH ID (the key), DELETE ID (2xx). Accounts: GET list, POST (201, the account), PATCH ID and
 * POST `ID/credit` (the account). Requests, logs: GET, `?limit=` up to 500. Failures: `{"error": "a sentence"}`; 403 without the scope.
 */
import { z } from 'zod'

export const ADMIN_ROUTES = {
  upstreams: '/local/v1/upstreams', detect: '/local/v1/upstreams/detect', models: '/local/v1/models', routes: '/local/v1/routes', prices: '/local/v1/prices',
  keys: '/local/v1/keys', accounts: '/local/v1/accounts', requests: '/local/v1/requests', logs: '/local/v1/logs', events: '/local/v1/events', status: '/local/v1/status',
} as const
export const upstreamRoute = (id: string): string => `${ADMIN_ROUTES.upstreams}/${encodeURIComponent(id)}`
/** POST: one real, small model call, billed as any other. */
export const upstreamTestRoute = (id: string): string => `${upstreamRoute(id)}/test`
export const keyRoute = (id: string): string => `${ADMIN_ROUTES.keys}/${encodeURIComponent(id)}`
export const accountRoute = (id: string): string => `${ADMIN_ROUTES.accounts}/${encodeURIComponent(id)}`
/** POST: credit for an account's wallet. */
export const accountCreditRoute = (id: string): string => `${accountRoute(id)}/credit`

const micro = z.int().nonnegative()
const time = z.iso.datetime({ offset: true })

/** How an upstream is spoken to. `practice` is the built-in responder that is not an AI; `scripted` plays a file. */
export const UPSTREAM_KINDS = ['chat', 'responses', 'messages', 'ollama', 'practice', 'scripted'] as const
export const upstreamKindSchema = z.enum(UPSTREAM_KINDS)
export type UpstreamKind = z.output<typeof upstreamKindSchema>

// ---- upstreams ----

export const upstreamStatusSchema = z.object({
  id: z.string(), kind: upstreamKindSchema, name: z.string(), base_url: z.string(),
  /** `built-in` and `config` ones cannot be removed here. */
  source: z.enum(['built-in', 'config', 'added']),
  models: z.array(z.string()),
  /** Null = not asked yet. */
  reachable: z.boolean().nullable(),
  /** `open` = left alone for a while after failures. */
  breaker: z.enum(['closed', 'open', 'half-open']), /** When an open one is tried again. */ breaker_until: time.nullish(),
  keys: z.array(z.object({ label: z.string(), state: z.enum(['ok', 'cooling', 'refused']), until: time.nullable() })),
  in_flight: z.int(), waiting: z.int(), max_concurrent: z.int().nullable(),
  last_error: z.string().nullable(),
})
export type UpstreamStatus = z.output<typeof upstreamStatusSchema>
export const upstreamStatusListSchema = z.object({ upstreams: z.array(upstreamStatusSchema), /** Where keys are kept. */ key_store: z.enum(['keychain', 'memory']) })

export const newUpstreamSchema = z.object({
  name: z.string().min(1).max(60), kind: upstreamKindSchema.exclude(['practice', 'scripted']).default('chat'), base_url: z.url().max(2000),
  key: z.string().max(4000).optional(), /** Names of models, when the upstream lists none. */ models: z.array(z.string().min(1).max(300)).max(500).optional(),
  max_concurrent: z.int().positive().max(1000).nullish(),
})
export const changeUpstreamSchema = newUpstreamSchema.partial().omit({ kind: true })
export const detectedUpstreamSchema = z.object({ found: z.object({ base_url: z.string(), models: z.array(z.string()) }).nullable() })
export const upstreamTestRequestSchema = z.object({ model: z.string().min(1).max(300).optional() })
export const upstreamTestSchema = z.object({
  ok: z.boolean(), model: z.string(), text: z.string(), error: z.string().nullable(), first_byte_ms: z.number().nullable(), duration_ms: z.number(),
  input_tokens: z.int().nullable(), output_tokens: z.int().nullable(), charged_micro_usd: micro, request_id: z.string(),
  /** What the upstream answered; null = it did not answer. Tells a person what to do about a failure. */
  upstream_status: z.int().nullish(),
})
export type UpstreamTest = z.output<typeof upstreamTestSchema>

// ---- models, routes, prices ----

export const PRICE_MODE_NAMES = ['surge', 'standard', 'reduced'] as const
const mode = z.enum(PRICE_MODE_NAMES)
/** A thousand dollars a token: past it a price is a slip of the keyboard. */
const price = micro.max(1_000_000_000_000_000)
/** Micro-dollars per million tokens; null cache prices = the input price. */
export const rateSchema = z.object({ input: price, output: price, cache_read: price.nullable().default(null), cache_write: price.nullable().default(null) })
export const adminModelSchema = z.object({
  id: z.string(), name: z.string(), upstream_id: z.string(), upstream_model: z.string(), practice: z.boolean(), context_window: z.int().nullable(),
  /** What a call costs now. */
  rate: rateSchema, /** The price card's pattern that set it, or null = the mode's own rate. */ card: z.string().nullable(),
})
export const adminModelsSchema = z.object({ models: z.array(adminModelSchema) })

/** Where calls for a name go. `model` is exact, or holds one `*` that matches any text; in a target's model a `*` stands for what it matched. Targets are tried in order. */
export const routeSchema = z.object({
  model: z.string().min(1).max(300), wires: z.array(z.enum(['chat-completions', 'responses', 'messages'])).nullable().default(null),
  /** Only in these price modes; null = always. */
  modes: z.array(mode).nullable().default(null),
  /** Only for accounts whose Toolbox says so in a surge; null = any. */
  toolbox: z.enum(['stay', 'budget', 'pause']).nullable().default(null),
  targets: z.array(z.object({ upstream: z.string(), model: z.string().min(1).max(300) })).min(1).max(10),
})
export type ModelRoute = z.output<typeof routeSchema>
export const routesSchema = z.object({ routes: z.array(routeSchema).max(500), /** Routes of the configuration file, which are not changed here. */ fixed: z.array(routeSchema).default([]) })

export const priceWindowSchema = z.object({
  mode, /** Minutes of the UTC day. */ from_minute: z.int().min(0).max(1439), to_minute: z.int().min(1).max(1440),
  /** 0 = Sunday (UTC); null = every day. */ days: z.array(z.int().min(0).max(6)).nullable().default(null),
})
export const priceCardSchema = z.object({ /** Exact, or with `*`. */ model: z.string().min(1).max(300), surge: rateSchema, standard: rateSchema, reduced: rateSchema })
export const adminPricesSchema = z.object({
  rates: z.object({ surge: rateSchema, standard: rateSchema, reduced: rateSchema, budget: rateSchema }),
  cards: z.array(priceCardSchema).max(500), schedule: z.array(priceWindowSchema).max(100),
  /** One mode for all until a time, over the schedule. */
  override: z.object({ mode, until: time }).nullable(),
})
export type AdminPrices = z.output<typeof adminPricesSchema>

// ---- keys and accounts ----

export const SCOPES = ['models', 'account', 'admin'] as const
const budgets = z.object({ day: micro.nullable().default(null), month: micro.nullable().default(null), total: micro.nullable().default(null) })
const limits = z.object({ requests_per_minute: z.int().positive().nullable().default(null), concurrent: z.int().positive().nullable().default(null) })
// What a change leaves out stays as it is; a schema with defaults would fill it in, also behind `.partial()`.
const changedBudgets = z.object({ day: micro.nullable(), month: micro.nullable(), total: micro.nullable() }).partial()
const changedLimits = z.object({ requests_per_minute: z.int().positive().nullable(), concurrent: z.int().positive().nullable() }).partial()
const spent = z.object({ day: micro, month: micro, total: micro })
export const gatewayKeySchema = z.object({
  id: z.string(), label: z.string(), /** The first characters, to tell keys apart. */ hint: z.string(), account_id: z.string(),
  kind: z.enum(['local', 'key', 'ide', 'login']), scopes: z.array(z.enum(SCOPES)), limits, budgets, spent,
  /** Address ranges it may be used from; null = any that reach the gateway. */
  cidrs: z.array(z.string()).nullable(), /** Models it may call (exact or with `*`); null = all. */ models: z.array(z.string()).nullable(),
  created_at: time, expires_at: time.nullable(), last_used_at: time.nullable(),
})
export type GatewayKey = z.output<typeof gatewayKeySchema>
export const gatewayKeysSchema = z.object({ keys: z.array(gatewayKeySchema) })
const scopes = z.array(z.enum(SCOPES)).min(1)
export const newKeySchema = z.object({
  label: z.string().min(1).max(100), account_id: z.string().optional(), scopes: scopes.default(['models']), limits: changedLimits.optional(), budgets: changedBudgets.optional(), cidrs: z.array(z.string().max(60)).max(50).nullish(),
  models: z.array(z.string().max(300)).max(200).nullish(), expires_at: time.nullish(),
})
export const changeKeySchema = newKeySchema.omit({ account_id: true, scopes: true }).extend({ scopes }).partial()
/** `secret` is told once. */
export const createdKeySchema = z.object({ key: gatewayKeySchema, secret: z.string() })

export const gatewayAccountSchema = z.object({
  id: z.string(), username: z.string(), display_name: z.string(), role: z.enum(['owner', 'member']), disabled: z.boolean(),
  balance_micro_usd: z.int(), reserved_micro_usd: micro, budgets, spent, created_at: time,
})
export const gatewayAccountsSchema = z.object({ accounts: z.array(gatewayAccountSchema) })
export const newAccountSchema = z.object({
  username: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/), display_name: z.string().min(1).max(100), password: z.string().min(8).max(1000),
  credit_micro_usd: micro.max(1_000_000_000).default(0), budgets: changedBudgets.optional(),
})
export const changeAccountSchema = z.object({ display_name: z.string().min(1).max(100), password: z.string().min(8).max(1000), disabled: z.boolean(), budgets: changedBudgets }).partial()
export const creditRequestSchema = z.object({ amount_micro_usd: z.int().positive().max(1_000_000_000) })

// ---- what happens now ----

export const liveRequestSchema = z.object({
  id: z.string(), request_id: z.string(), account: z.string(), key: z.string().nullable(), wire: z.string(), model: z.string(),
  upstream_id: z.string().nullable(), upstream_model: z.string().nullable(),
  state: z.enum(['waiting', 'calling', 'streaming', 'finished', 'stopped', 'failed', 'refused']),
  started_at: time, /** Milliseconds from arrival. */ first_byte_ms: z.number().nullable(), duration_ms: z.number().nullable(),
  input_tokens: z.int().nullable(), output_tokens: z.int().nullable(), charged_micro_usd: micro.nullable(), estimated: z.boolean(),
  status: z.int().nullable(), /** In plain words: why it failed or what was left out. */ note: z.string().nullable(),
})
export type LiveRequest = z.output<typeof liveRequestSchema>
/** Newest first, those that run included. */
export const liveRequestsSchema = z.object({ requests: z.array(liveRequestSchema) })

export const logLineSchema = z.object({ at: time, level: z.enum(['info', 'warn', 'error']), event: z.string(), fields: z.record(z.string(), z.unknown()) })
export type GatewayLogLine = z.output<typeof logLineSchema>
export const logLinesSchema = z.object({ lines: z.array(logLineSchema) })

/** GET `/local/v1/events` (SSE): `event: request` with a LiveRequest whenever one changes, `event: log` with a line, `event: upstreams` (data `{}`) when their state changed; a comment at least every 20 s. */
export const EVENT_NAMES = { request: 'request', log: 'log', upstreams: 'upstreams' } as const
