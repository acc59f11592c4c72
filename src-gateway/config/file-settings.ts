/** A configuration as it was read → the settings it stands for: dollars become micro-dollars, seconds milliseconds, paths absolute, keys are looked up. */
import path from 'node:path'
import type { AdminPrices } from '../../src-shared/http/gateway-admin.ts'
import { LOCAL_LIMITS } from '../http/rate-limit.ts'
import { parseSchedule } from '../ledger/schedule.ts'
import type { DeclaredUpstream } from '../upstreams/pool.ts'
import { sharedVariable, upstreamOfConfig } from './declare-upstreams.ts'
import type { Config } from './schema.ts'
import { LIMITS_BY_WORD, NO_PRICES, storeOf, type DayWindow, type FileSettings, type LimitSettings, type PriceSettings, type Rate } from './settings.ts'
import type { KeyPlaces } from './upstream-keys.ts'

export interface SettingProblem {
  path: readonly (string | number)[]
  message: string
}

/** @param folder the configuration file's own: what its paths are relative to. */
export async function fileSettings(config: Config, folder: string, places: KeyPlaces): Promise<FileSettings | { problems: readonly SettingProblem[] }> {
  const absolute = (file: string): string => path.resolve(folder, file)
  const problems: SettingProblem[] = []
  const upstreams: DeclaredUpstream[] = []
  const declared = config.upstreams ?? []
  for (const [at, upstream] of declared.entries()) {
    const made = await upstreamOfConfig(upstream, { ...places, readFile: (file) => places.readFile(absolute(file)) }, absolute)
    if ('definition' in made) upstreams.push(made)
    else problems.push({ path: ['upstreams', at, ...made.path], message: made.message })
  }
  // Only those that read the variable can get each other's key.
  const readers = declared.filter((upstream) => upstream.keys === undefined).map((upstream) => upstream.id)
  const shared = sharedVariable(readers)
  if (shared) problems.push({ path: ['upstreams', declared.findIndex((upstream) => upstream.id === readers[shared.at]), 'id'], message: `This id and “${shared.other}” both stand for ${shared.variable}; name the keys of one with "keys".` })
  if (problems.length > 0) return { problems }
  const { listen } = config
  return {
    listen: {
      host: listen?.host ?? null, port: listen?.port ?? null, tls: listen?.tls ? { cert: absolute(listen.tls.cert), key: absolute(listen.tls.key) } : null,
      allowLan: listen?.allowLan ?? false, insecureLan: listen?.insecureLan ?? false, allowedHosts: listen?.allowedHosts ?? [],
    },
    store: config.store === undefined ? null : storeOf(config.store, absolute),
    upstreams, routes: routesOf(config), prices: pricesOf(config.prices), limits: config.limits ? limitsOf(config.limits) : null,
    maxOutputTokens: config.reservation?.maxOutputTokens ?? null, logLevel: config.logs?.level ?? null, logFormat: config.logs?.format ?? null,
    retentionDays: config.retentionDays ?? null, drainSeconds: config.drainSeconds ?? null, autoOllama: config.autoOllama ?? null, requireReady: config.requireReady ?? false,
  }
}

function routesOf(config: Config): FileSettings['routes'] {
  return (config.routes ?? []).map((route) => ({
    model: route.model, wires: route.wires ?? null, modes: route.modes ?? null, toolbox: route.toolbox ?? null,
    targets: route.targets.map((target) => (typeof target === 'string' ? splitTarget(target) : target)),
  }))
}

/** At the first `/`: a model's name may hold more of them. */
function splitTarget(target: string): { upstream: string; model: string } {
  const at = target.indexOf('/')
  return { upstream: target.slice(0, at), model: target.slice(at + 1) }
}

const micro = (dollars: number): number => Math.round(dollars * 1e6)

type ConfigRate = NonNullable<NonNullable<NonNullable<Config['prices']>['rates']>['standard']>
const rateOf = (rate: ConfigRate): Rate => ({
  input: micro(rate.input), output: micro(rate.output),
  cache_read: rate.cacheRead === undefined ? null : micro(rate.cacheRead), cache_write: rate.cacheWrite === undefined ? null : micro(rate.cacheWrite),
})

function pricesOf(prices: Config['prices']): PriceSettings {
  if (!prices) return NO_PRICES
  const rates: PriceSettings['rates'] = {}
  for (const name of ['surge', 'standard', 'reduced', 'budget'] as const) {
    const rate = prices.rates?.[name]
    if (rate) rates[name] = rateOf(rate)
  }
  const cards: AdminPrices['cards'] | null = prices.cards?.map((card) => ({ model: card.model, standard: rateOf(card.standard), surge: rateOf(card.surge ?? card.standard), reduced: rateOf(card.reduced ?? card.standard) })) ?? null
  return { rates: prices.rates ? rates : null, cards, schedule: scheduleOf(prices.schedule), override: prices.override }
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const END_OF_DAY = 1440

function scheduleOf(schedule: NonNullable<Config['prices']>['schedule']): readonly DayWindow[] | null {
  if (schedule === undefined) return null
  if (typeof schedule === 'string') return (parseSchedule(schedule) ?? []).map(({ mode, fromMinute, toMinute }) => ({ mode, from_minute: fromMinute, to_minute: toMinute, days: null }))
  return schedule.flatMap(({ mode, from, to, days }): DayWindow[] => {
    const [start, end] = [minute(from), minute(to)]
    const on = days ? days.map((day) => DAYS.indexOf(day)) : null
    if (start < end) return [{ mode, from_minute: start, to_minute: end, days: on }]
    // Past midnight: the rest belongs to the days after.
    const rest: DayWindow[] = end === 0 ? [] : [{ mode, from_minute: 0, to_minute: end, days: on === null ? null : on.map((day) => (day + 1) % 7) }]
    return [{ mode, from_minute: start, to_minute: END_OF_DAY, days: on }, ...rest]
  })
}

function minute(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

function limitsOf({ perAddress = 'local', perKey = {} }: NonNullable<Config['limits']>): LimitSettings {
  const given = typeof perAddress === 'string' ? LIMITS_BY_WORD[perAddress] : null
  const numbers = typeof perAddress === 'string' ? {} : perAddress
  const scope = (name: keyof typeof LOCAL_LIMITS & keyof typeof numbers): number | null => (numbers[name] === undefined ? LOCAL_LIMITS[name] : numbers[name])
  return {
    perAddress: given ?? { ...LOCAL_LIMITS, global: scope('global'), ai: scope('ai'), auth: scope('auth'), telemetry: scope('telemetry') },
    perKey: { requestsPerMinute: perKey.requestsPerMinute ?? null, concurrent: perKey.concurrent ?? null },
  }
}
