/** What the gateway's configuration file may say. Strict: a word nobody knows is an error, because a misspelt limit is a limit that is not there. */
import { z } from 'zod'
import { PRICE_MODE_NAMES, UPSTREAM_KINDS } from '../../src-shared/http/gateway-admin.ts'
import { parseSchedule } from '../ledger/schedule.ts'
import { LOG_FORMATS, LOG_LEVELS } from '../observe/log.ts'

export const UPSTREAM_ID = /^[a-z0-9][a-z0-9_-]{0,39}$/
export const CONFIG_UPSTREAM_KINDS = UPSTREAM_KINDS.filter((kind) => kind !== 'practice')

export const SECRET_ADVICE = 'Secrets do not belong into this file. Set the environment variable PORTICO_UPSTREAM_<ID>_KEY, or name another with "keys": [{ "env": "NAME" }], a keychain entry with { "keychain": "NAME" }, or a file of its own with { "file": "PATH" }.'

/** A member that must not be there, with the words what to do instead. */
const refused = (advice: string) => z.undefined({ error: advice }).optional()
const seconds = z.number().positive().max(86_400)
const text = (most: number) => z.string().min(1).max(most)

const HEADER_WITH_SECRET = /^(authorization|proxy-authorization|x-api-key|api-key|cookie)$/i
const headers = z.record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]{1,100}$/, 'That is no header name.'), z.string().max(1000).regex(/^[\t\x20-\x7e]*$/, 'A header’s value is plain text on one line.')).superRefine((value, context) => {
  for (const name of Object.keys(value)) if (HEADER_WITH_SECRET.test(name)) context.addIssue({ code: 'custom', path: [name], message: SECRET_ADVICE })
})

const keySource = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'That is no name of an environment variable.') }),
  z.strictObject({ keychain: text(200) }),
  z.strictObject({ file: text(4000) }),
], { error: SECRET_ADVICE })
export type KeySource = z.output<typeof keySource>

const timeouts = z.strictObject({
  connect: seconds.optional().describe('Seconds until connected (default 10).'),
  firstByte: seconds.optional().describe('Seconds until the answer’s head (default 600).'),
  idle: seconds.optional().describe('Seconds between two pieces of an answer (default 300).'),
  total: seconds.optional().describe('Seconds for the whole call (default: no limit).'),
})

const upstream = z.strictObject({
  id: z.string().regex(UPSTREAM_ID, 'An id is 1 to 40 of a-z, 0-9, _ and -, and begins with a letter or digit.').describe('Names the upstream in routes, headers and figures.'),
  kind: z.enum(CONFIG_UPSTREAM_KINDS).describe('How it is spoken to: OpenAI-compatible chat, OpenAI Responses, Anthropic Messages, Ollama, or a script file for tests.'),
  url: text(2000).describe('Its address; for `scripted` a file.'),
  name: text(60).optional(),
  // Not written by anyone who read the schema; refused with better words than “no such setting”.
  key: refused(SECRET_ADVICE), apiKey: refused(SECRET_ADVICE), api_key: refused(SECRET_ADVICE), token: refused(SECRET_ADVICE),
  keys: z.array(keySource).max(50).optional().describe('Where its keys are found. Default: PORTICO_UPSTREAM_<ID>_KEY, when set.'),
  headers: headers.optional().describe('More request headers, such as an organisation’s.'),
  models: z.array(text(300)).max(500).optional().describe('Models to offer beside those it lists itself.'),
  timeouts: timeouts.optional(),
  maxConcurrent: z.int().positive().max(1000).optional(),
  queue: z.strictObject({ most: z.int().min(0).max(10_000).optional().describe('How many calls may wait for a free place (default 200).'), patience: seconds.optional().describe('Seconds a call waits (default 60).') }).optional(),
  alwaysAskUsage: z.boolean().optional().describe('Adds stream_options.include_usage to streamed Chat calls that did not ask for it. Default false: what a caller sends goes on as it is, and such calls are metered by an estimate.'),
})

const target = z.union([
  z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}\/.{1,300}$/, 'A target is written "UPSTREAM/MODEL".'),
  z.strictObject({ upstream: z.string().regex(UPSTREAM_ID), model: text(300) }),
])
const modelPattern = text(300).refine((name) => name.split('*').length <= 2, 'A name may hold one * at most.')
const mode = z.enum(PRICE_MODE_NAMES)
const route = z.strictObject({
  model: modelPattern.describe('The name callers use, exact or with one * that matches any text.'),
  wires: z.array(z.enum(['chat-completions', 'responses', 'messages'])).min(1).optional(),
  modes: z.array(mode).min(1).optional().describe('Only in these price modes.'),
  toolbox: z.enum(['stay', 'budget', 'pause']).optional().describe('Only for accounts whose Toolbox says so in a surge.'),
  targets: z.array(target).min(1).max(10).describe('Tried in order; a * stands for what the name’s * matched.'),
}).superRefine((value, context) => {
  for (const [at, one] of value.targets.entries()) {
    if ((typeof one === 'string' ? one : one.model).includes('*') && !value.model.includes('*')) context.addIssue({ code: 'custom', path: ['targets', at], message: 'The route’s name has no *, so its target cannot have one.' })
  }
})

/** Dollars with at most six decimals, which micro-dollars hold exactly. */
const dollars = z.number().min(0).max(1_000_000).refine((value) => Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3, 'Dollars have six decimals at most.')
const rate = z.strictObject({ input: dollars, output: dollars, cacheRead: dollars.optional(), cacheWrite: dollars.optional() }).describe('Dollars per million tokens; cache prices default to the input price.')
const minuteOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'A time is written “HH:MM” (UTC).')
const window = z
  .strictObject({ mode, from: minuteOfDay, to: minuteOfDay, days: z.array(z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])).min(1).optional() })
  .refine((value) => value.from !== value.to && value.from !== '24:00', 'A window has some length and begins before 24:00.')
const prices = z.strictObject({
  rates: z.strictObject({ surge: rate.optional(), standard: rate.optional(), reduced: rate.optional(), budget: rate.optional() }).optional(),
  cards: z.array(z.strictObject({ model: modelPattern, surge: rate.optional(), standard: rate, reduced: rate.optional() })).max(500).optional().describe('Prices of single models; the first that matches counts. Modes left out cost what standard does.'),
  schedule: z.union([z.string().refine((value) => parseSchedule(value) !== null, 'A schedule looks like “10-12=surge,14:30-16=reduced” or “always=standard”.'), z.array(window).max(100)]).optional().describe('Price modes by the UTC day; standard outside all windows.'),
  override: z.strictObject({ mode, until: z.iso.datetime({ offset: true }) }).nullable().optional().describe('One mode for all until a time, over the schedule.'),
})

const perMinute = z.int().positive().max(10_000_000).nullable()
const LIMIT_WORDS = ['local', 'documented', 'off'] as const
const limits = z.strictObject({
  perAddress: z.union([z.enum(LIMIT_WORDS), z.strictObject({ global: perMinute.optional(), ai: perMinute.optional(), auth: perMinute.optional(), telemetry: perMinute.optional() })]).optional().describe('Requests a minute for each address; null = no limit. Numbers left out are those of `local`.'),
  perKey: z.strictObject({ requestsPerMinute: perMinute.optional(), concurrent: perMinute.optional() }).optional().describe('For keys that have no limits of their own.'),
})

/** A secret in the address is refused like any other. */
const storeAddress = z.string().superRefine((value, context) => {
  if (/^sqlite:.+/.test(value)) return
  if (!/^postgres(ql)?:\/\/\S+$/.test(value)) return context.addIssue({ code: 'custom', message: 'The store is “sqlite:FOLDER” or “postgres://USER@HOST/DATABASE”.' })
  if (/^[a-z]+:\/\/[^/@]*:[^/@]+@/.test(value) || /[?&]password=/.test(value)) context.addIssue({ code: 'custom', message: 'A password does not belong into this file. Give the whole address in the environment variable PORTICO_GATEWAY_STORE, or only the password in PGPASSWORD.' })
})

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  listen: z.strictObject({
    host: text(255).optional().describe('Address to listen on (default 127.0.0.1). Any other needs allowLan.'),
    port: z.int().min(0).max(65_535).optional().describe('0 = any free port.'),
    tls: z.strictObject({ cert: text(4000), key: text(4000).refine((key) => !key.includes('-----BEGIN'), 'This is the path of a file; the key itself does not belong into this one.') }).optional(),
    allowLan: z.boolean().optional(), insecureLan: z.boolean().optional(),
    allowedHosts: z.array(z.string().regex(/^[A-Za-z0-9.:[\]_-]{1,255}$/, 'A host name, without http:// and path.')).max(100).optional().describe('Other names callers may use for this gateway.'),
  }).optional(),
  store: storeAddress.optional(),
  upstreams: z.array(upstream).max(100).optional().describe('In order: a model name that no route matches goes to the first.'),
  routes: z.array(route).max(500).optional(),
  prices: prices.optional(),
  limits: limits.optional(),
  reservation: z.strictObject({ maxOutputTokens: z.int().positive().max(1_000_000).optional().describe('What is reserved for an answer whose caller names no limit (default 4096).') }).optional(),
  logs: z.strictObject({ level: z.enum(LOG_LEVELS).optional(), format: z.enum(LOG_FORMATS).optional() }).optional(),
  retentionDays: z.int().positive().max(3650).optional().describe('How many days stored answers are kept (default 30). Receipts are kept for good.'),
  drainSeconds: z.int().min(0).max(3600).optional().describe('How long calls may finish after the first SIGTERM (default 30).'),
  autoOllama: z.boolean().optional().describe('Offers an Ollama found at its usual address (default true).'),
  requireReady: z.boolean().optional().describe('Ready only while an upstream answers.'),
}).superRefine((config, context) => {
  const seen = new Set<string>()
  for (const [at, { id }] of (config.upstreams ?? []).entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: ['upstreams', at, 'id'], message: `The id “${id}” is there twice.` })
    seen.add(id)
  }
})
export type Config = z.output<typeof configSchema>

/** The JSON Schema of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' })
  // Members that exist only to be refused with a good sentence are no part of what may be written.
  const upstreams = schema.properties?.['upstreams']
  const members = typeof upstreams === 'object' && typeof upstreams.items === 'object' && !Array.isArray(upstreams.items) ? upstreams.items.properties : undefined
  for (const name of ['key', 'apiKey', 'api_key', 'token']) if (members) delete members[name]
  return { ...schema, title: 'Portico gateway configuration' }
}
