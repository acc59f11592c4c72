/** What a token costs now: rates, schedule and override as they are kept in the store, and the price payload of bootstrap, me and its own route. */
import { z } from 'zod'
import { MICRO_PER_DOLLAR, type RateCard, type TokenRate } from '../../src-shared/domain/money.ts'
import type { PriceMode } from '../../src-shared/domain/price.ts'
import type { PricePayloadWire } from '../../src-shared/http/pricing.ts'
import type { Database, Sql } from '../store/database.ts'
import { createRateTable, DEFAULT_RATES, RATE_NAMES, rateRulesSchema, type RateName, type RateRule } from './rates.ts'
import { ALL_WEEKDAYS, compileSchedule, DEFAULT_SCHEDULE, modeWithOverride, type ModeNow, type PriceOverride, type PriceWindow } from './schedule.ts'

/** The model name a surge opt-out is billed as. */
export const BUDGET_MODEL = 'budget'

/** Prices, schedule and override as they were read together. */
export interface PriceBook {
  /** The mode in force at an instant (epoch ms). */
  modeAt(at: number): ModeNow
  /** The default rate of a mode. */
  rate(name: RateName): RateCard
  /** What this model costs in a mode. */
  rateFor(model: string, name: RateName): RateCard
  /** The name or pattern of the rule that sets a model's price; null = the mode's default rate. */
  ruleFor(model: string): string | null
  payload(now: number): PricePayloadWire
  windows: readonly PriceWindow[]
  rules: readonly RateRule[]
  override: PriceOverride | null
}

export interface Prices {
  /** What is in force now; ask anew for every request. A change by another process shows within `FRESH_MS`. */
  book(): Promise<PriceBook>
  /** The default rates of the modes. */
  setRates(rates: Readonly<Record<RateName, RateCard>>): Promise<void>
  setRules(rules: readonly RateRule[]): Promise<void>
  setSchedule(windows: readonly PriceWindow[]): Promise<void>
  /** “Until T mode M”; null ends it. */
  setOverride(override: PriceOverride | null): Promise<void>
  /** All at once: no call is priced by half a change. */
  setAll(all: { rates: Readonly<Record<RateName, RateCard>>; rules: readonly RateRule[]; windows: readonly PriceWindow[]; override: PriceOverride | null }): Promise<void>
}

/** How old a book may be where other processes can change the store. */
export const FRESH_MS = 500

const RULES = 'prices.rules'
const OVERRIDE = 'prices.override'
const VERSION = 'prices.version'
const overrideSchema = z.object({ mode: z.enum(['surge', 'standard', 'reduced']), from: z.number(), until: z.number() }).nullable()

/**
 * The first start writes the defaults; `schedule` replaces the stored one.
 * @param elapsed milliseconds that never jump: what is fresh must not depend on the clock.
 */
export async function loadPrices(database: Database, schedule: readonly PriceWindow[] | null, elapsed: () => number = () => performance.now()): Promise<Prices> {
  await change(database, async (tx) => {
    for (const name of RATE_NAMES) {
      const { inputPerMillion, outputPerMillion } = DEFAULT_RATES[name]
      await tx.run('INSERT INTO price_rates (mode, input_per_million, output_per_million) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', name, inputPerMillion, outputPerMillion)
    }
    const stored = (await tx.one<{ value: number }>('SELECT count(*) AS value FROM price_windows'))?.value ?? 0
    const wanted = schedule ?? (stored === 0 ? DEFAULT_SCHEDULE : null)
    if (wanted) await writeWindows(tx, wanted)
  })
  let read: { book: PriceBook; version: string | null; at: number } | null = null
  let reading: Promise<PriceBook> | null = null
  const refresh = async (): Promise<PriceBook> => {
    const at = elapsed()
    const version = await versionOf(database)
    const book = read?.version === version ? read.book : await readBook(database)
    read = { book, version, at }
    return book
  }
  const changing = async (work: (tx: Sql) => Promise<void>): Promise<void> => {
    await change(database, work)
    read = null
    // One that began before the change would bring the old book back.
    await reading
    await refresh()
  }
  return {
    book: () => {
      if (read && (database.dialect === 'sqlite' || elapsed() - read.at < FRESH_MS)) return Promise.resolve(read.book)
      return (reading ??= refresh().finally(() => (reading = null)))
    },
    setRates: (rates) => changing((tx) => writeRates(tx, rates)),
    setRules: (rules) => changing((tx) => writeSetting(tx, RULES, rules)),
    setSchedule: (windows) => changing((tx) => writeWindows(tx, windows)),
    setOverride: (override) => changing((tx) => writeSetting(tx, OVERRIDE, override)),
    setAll: ({ rates, rules, windows, override }) => changing(async (tx) => {
      await writeRates(tx, rates)
      await writeSetting(tx, RULES, rules)
      await writeWindows(tx, windows)
      await writeSetting(tx, OVERRIDE, override)
    }),
  }
}

/** Counting the version up first makes several processes that change prices take turns. */
function change(database: Database, work: (tx: Sql) => Promise<void>): Promise<void> {
  return database.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO settings (name, value) VALUES ('${VERSION}', '1') ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(settings.value AS INTEGER) + 1 AS TEXT)`,
    )
    await work(tx)
  })
}

const versionOf = async (sql: Sql): Promise<string | null> => (await sql.one<{ value: string }>('SELECT value FROM settings WHERE name = ?', VERSION))?.value ?? null

async function writeSetting(tx: Sql, name: string, value: unknown): Promise<void> {
  await tx.run('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, JSON.stringify(value))
}

async function writeRates(tx: Sql, rates: Readonly<Record<RateName, RateCard>>): Promise<void> {
  for (const name of RATE_NAMES) {
    const { inputPerMillion, outputPerMillion, cacheReadPerMillion = null, cacheWritePerMillion = null } = rates[name]
    await tx.run(
      'UPDATE price_rates SET input_per_million = ?, output_per_million = ?, cache_read_per_million = ?, cache_write_per_million = ? WHERE mode = ?',
      inputPerMillion, outputPerMillion, cacheReadPerMillion, cacheWritePerMillion, name,
    )
  }
}

async function writeWindows(tx: Sql, windows: readonly PriceWindow[]): Promise<void> {
  await tx.run('DELETE FROM price_windows')
  for (const { mode, fromMinute, toMinute, weekdays = ALL_WEEKDAYS } of windows) {
    const mask = weekdays.reduce<number>((bits, day) => bits | (1 << day), 0)
    await tx.run('INSERT INTO price_windows (mode, from_minute, to_minute, weekdays) VALUES (?, ?, ?, ?)', mode, fromMinute, toMinute, mask)
  }
}

interface RateRow {
  mode: RateName
  input_per_million: number
  output_per_million: number
  cache_read_per_million: number | null
  cache_write_per_million: number | null
}

const toRate = (row: RateRow): RateCard => ({
  inputPerMillion: row.input_per_million, outputPerMillion: row.output_per_million,
  ...(row.cache_read_per_million === null ? {} : { cacheReadPerMillion: row.cache_read_per_million }),
  ...(row.cache_write_per_million === null ? {} : { cacheWritePerMillion: row.cache_write_per_million }),
})

async function readBook(sql: Sql): Promise<PriceBook> {
  const rates = await sql.all<RateRow>('SELECT * FROM price_rates')
  const stored = await sql.all<{ mode: PriceMode; from_minute: number; to_minute: number; weekdays: number }>('SELECT mode, from_minute, to_minute, weekdays FROM price_windows ORDER BY id')
  const settings = await sql.all<{ name: string; value: string }>('SELECT name, value FROM settings WHERE name IN (?, ?)', RULES, OVERRIDE)
  const setting = (name: string): unknown => JSON.parse(settings.find((one) => one.name === name)?.value ?? 'null')
  const windows = stored.map((row): PriceWindow => ({
    mode: row.mode, fromMinute: row.from_minute, toMinute: row.to_minute,
    ...(row.weekdays === 127 ? {} : { weekdays: ALL_WEEKDAYS.filter((day) => (row.weekdays & (1 << day)) !== 0) }),
  }))
  const defaults = new Map(rates.map((row) => [row.mode, toRate(row)]))
  return priceBook((name) => defaults.get(name) ?? DEFAULT_RATES[name], windows, rateRulesSchema.parse(setting(RULES) ?? []), overrideSchema.parse(setting(OVERRIDE)))
}

export function priceBook(rate: (name: RateName) => RateCard, windows: readonly PriceWindow[], rules: readonly RateRule[], override: PriceOverride | null): PriceBook {
  const schedule = compileSchedule(windows)
  const table = createRateTable(rate, rules)
  return {
    modeAt: (at) => modeWithOverride(schedule, override, at),
    rate,
    rateFor: (model, name) => table.rateFor(model, name),
    ruleFor: (model) => table.ruleFor(model)?.model ?? null,
    windows,
    rules,
    override,
    payload: (now) => {
      const current = modeWithOverride(schedule, override, now)
      return {
        mode: current.mode,
        ...rateOnWire(rate(current.mode)),
        from: isoOrNull(current.from),
        until: isoOrNull(current.until),
        server_now: new Date(now).toISOString(),
        next: current.next ? { mode: current.next.mode, at: new Date(current.next.at).toISOString() } : null,
        budget: { model: BUDGET_MODEL, ...rateOnWire(rate('budget')) },
      }
    },
  }
}

/** Dollars per million as a number: the stored rates have at most six decimals, which a double writes exactly enough to read back. */
export function rateOnWire(rate: TokenRate): { input_per_million_usd: number; output_per_million_usd: number } {
  return { input_per_million_usd: rate.inputPerMillion / MICRO_PER_DOLLAR, output_per_million_usd: rate.outputPerMillion / MICRO_PER_DOLLAR }
}

const isoOrNull = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
