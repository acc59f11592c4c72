/** What a gateway runs with, from flags, environment and configuration file together: a flag wins over the file, the file over what is built in. */
import type { z } from 'zod'
import type { AdminPrices, ModelRoute, priceWindowSchema, rateSchema } from '../../src-shared/http/gateway-admin.ts'
import type { Arguments } from '../arguments.ts'
import { DOCUMENTED_LIMITS, LOCAL_LIMITS, NO_LIMITS, type RateLimits } from '../http/rate-limit.ts'
import type { PriceWindow } from '../ledger/schedule.ts'
import type { LogFormat, LogLevel } from '../observe/log.ts'
import type { DeclaredUpstream } from '../upstreams/pool.ts'

export type Rate = z.output<typeof rateSchema>
export type RateNames = keyof AdminPrices['rates']
export type DayWindow = z.output<typeof priceWindowSchema>

/** What flags and file say about prices; null = nothing, so what is stored stays. Micro-dollars per million tokens. */
export interface PriceSettings {
  rates: Partial<Record<RateNames, Rate>> | null
  cards: AdminPrices['cards'] | null
  schedule: readonly DayWindow[] | null
  override: AdminPrices['override'] | undefined
}

export interface LimitSettings {
  perAddress: RateLimits
  /** For keys without limits of their own; null = none. */
  perKey: { requestsPerMinute: number | null; concurrent: number | null }
}

/** What a SIGHUP may change while calls run. */
export interface LiveSettings {
  upstreams: readonly DeclaredUpstream[]
  routes: readonly ModelRoute[]
  prices: PriceSettings
  limits: LimitSettings
  reservation: { maxOutputTokens: number }
  logLevel: LogLevel
  drainSeconds: number
  /** Ready only while an upstream answers. */
  requireReady: boolean
}

export type StoreSettings = { kind: 'sqlite'; folder: string } | { kind: 'postgres'; url: string }

export interface ListenSettings {
  host: string
  port: number
  /** Paths. */
  tls: { cert: string; key: string } | null
  allowedHosts: readonly string[]
  /** Not only this computer can connect. */
  isLan: boolean
}

/** What needs a restart to change. */
export interface FixedSettings {
  listen: ListenSettings
  store: StoreSettings
  logFormat: LogFormat
  autoOllama: boolean
  retentionDays: number | null
}

export interface Settings {
  /** Where the local account's file is, and the SQLite store unless told otherwise. */
  dataDir: string
  fixed: FixedSettings
  live: LiveSettings
  password: string | null
  practiceCreditMicro: number | null
  /** In plain words, for whoever starts it. */
  warnings: readonly string[]
}

/** Output tokens set aside before a call: what a long answer has. More would lock a small wallet that could pay for the answer itself. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 4096
export const DEFAULT_DRAIN_SECONDS = 30
export const LIMITS_BY_WORD: Readonly<Record<'local' | 'documented' | 'off', RateLimits>> = { local: LOCAL_LIMITS, documented: DOCUMENTED_LIMITS, off: NO_LIMITS }
export const NO_PRICES: PriceSettings = { rates: null, cards: null, schedule: null, override: undefined }

/** What the file adds, in the settings' own terms; `read-settings.ts` makes it. */
export interface FileSettings {
  listen: { host: string | null; port: number | null; tls: { cert: string; key: string } | null; allowLan: boolean; insecureLan: boolean; allowedHosts: readonly string[] }
  store: StoreSettings | null
  upstreams: readonly DeclaredUpstream[]
  routes: readonly ModelRoute[]
  prices: PriceSettings
  limits: LimitSettings | null
  maxOutputTokens: number | null
  logLevel: LogLevel | null
  logFormat: LogFormat | null
  retentionDays: number | null
  drainSeconds: number | null
  autoOllama: boolean | null
  requireReady: boolean
}

export const NO_FILE: FileSettings = {
  listen: { host: null, port: null, tls: null, allowLan: false, insecureLan: false, allowedHosts: [] }, store: null, upstreams: [], routes: [], prices: NO_PRICES, limits: null,
  maxOutputTokens: null, logLevel: null, logFormat: null, retentionDays: null, drainSeconds: null, autoOllama: null, requireReady: false,
}

export interface Together {
  args: Arguments
  file: FileSettings
  /** The flags' upstreams with their keys. */
  flagUpstreams: readonly DeclaredUpstream[]
  dataDir: string
  /** From flag or environment. */
  store: StoreSettings | null
  password: string | null
  isTerminal: boolean
}

/** @returns problems as sentences when flags and file together make no gateway. */
export function putTogether(given: Together): Settings | { problems: readonly string[] } {
  const { args, file } = given
  const listen = listenSettings(args, file)
  if ('problem' in listen) return { problems: [listen.problem] }
  // A flag's upstream takes the place of the file's of the same name; new ones stand before the file's, as the more deliberate choice.
  const flagIds = new Set(given.flagUpstreams.map(({ definition }) => definition.id))
  const fileIds = new Set(file.upstreams.map(({ definition }) => definition.id))
  const byId = new Map(given.flagUpstreams.map((upstream) => [upstream.definition.id, upstream]))
  const upstreams = [...given.flagUpstreams.filter(({ definition }) => !fileIds.has(definition.id)), ...file.upstreams.map((upstream) => byId.get(upstream.definition.id) ?? upstream)]
  const flagAliases = new Set(args.routes.map((route) => route.model))
  // Only a route for all cases gives way: the file's others are of other modes or wires.
  const routes = [...args.routes, ...file.routes.filter((route) => !flagAliases.has(route.model) || route.wires !== null || route.modes !== null || route.toolbox !== null)]
  return {
    dataDir: given.dataDir,
    fixed: {
      listen: listen.settings, store: given.store ?? file.store ?? { kind: 'sqlite', folder: given.dataDir },
      logFormat: args.logFormat ?? file.logFormat ?? (given.isTerminal ? 'plain' : 'json'), autoOllama: file.autoOllama ?? true, retentionDays: file.retentionDays,
    },
    live: {
      upstreams, routes,
      prices: args.schedule === null ? file.prices : { ...file.prices, schedule: args.schedule.map(everyDay) },
      limits: { perAddress: args.rateLimits === null ? (file.limits?.perAddress ?? LOCAL_LIMITS) : LIMITS_BY_WORD[args.rateLimits], perKey: file.limits?.perKey ?? { requestsPerMinute: null, concurrent: null } },
      reservation: { maxOutputTokens: file.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS },
      logLevel: args.logLevel ?? file.logLevel ?? 'info', drainSeconds: args.drainSeconds ?? file.drainSeconds ?? DEFAULT_DRAIN_SECONDS, requireReady: args.requireReady || file.requireReady,
    },
    password: given.password, practiceCreditMicro: args.practiceCreditMicro,
    warnings: [...listen.warnings, ...routeWarnings(routes, upstreams, flagIds)],
  }
}

/** Of `sqlite:DIR` or `postgres://…`, as schema and flag let through. */
export function storeOf(address: string, absolute: (folder: string) => string): StoreSettings {
  const folder = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(address)?.[1]
  return folder === undefined ? { kind: 'postgres', url: address } : { kind: 'sqlite', folder: absolute(folder) }
}

const everyDay = ({ mode, fromMinute, toMinute }: PriceWindow): DayWindow => ({ mode, from_minute: fromMinute, to_minute: toMinute, days: null })

/** Reached only from this computer. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

function listenSettings(args: Arguments, file: FileSettings): { settings: ListenSettings; warnings: string[] } | { problem: string } {
  const host = (args.host ?? file.listen.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  if (!/^[A-Za-z0-9.:_-]+$/.test(host)) return { problem: `“${host}” is no address to listen on` }
  const port = args.port ?? file.listen.port ?? 0
  const tls = args.tls ?? file.listen.tls
  const allowedHosts = [...file.listen.allowedHosts, ...args.allowedHosts]
  const isLan = !isLoopbackHost(host)
  const settings: ListenSettings = { host, port, tls, allowedHosts, isLan }
  if (!isLan) return { settings, warnings: [] }
  if (!args.allowLan && !file.listen.allowLan) return { problem: `Listening on ${host} lets other computers connect. If that is what you want, add --allow-lan with --tls-cert and --tls-key` }
  if (tls) return { settings, warnings: [`Other computers can connect to this gateway at ${host}. Its keys are all that keeps them out: give each person an own one, with limits.`] }
  if (!args.insecureLan && !file.listen.insecureLan) return { problem: `Listening on ${host} without TLS would send keys and prompts readable over the network. Add --tls-cert FILE --tls-key FILE, or --insecure-lan if something else encrypts` }
  return { settings, warnings: [`Other computers can connect to this gateway at ${host} WITHOUT encryption: everybody on the network can read keys, prompts and answers.`] }
}

/** A target may be an upstream that a person adds later, so an unknown one is no error. */
function routeWarnings(routes: readonly ModelRoute[], upstreams: readonly DeclaredUpstream[], flagIds: ReadonlySet<string>): string[] {
  const known = new Set([...upstreams.map(({ definition }) => definition.id), ...flagIds])
  const unknown = new Set(routes.flatMap((route) => route.targets).map((target) => target.upstream).filter((id) => !known.has(id)))
  return [...unknown].map((id) => `A route leads to the upstream “${id}”, which neither flags nor configuration declare; it works only if one of that name is added.`)
}
