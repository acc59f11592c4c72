/** What a token costs: rates per mode and the schedule, kept in the database; the price payload of bootstrap, me and its own route. */
import type { TokenRate } from '../../src-shared/domain/money.ts'
import { MICRO_PER_DOLLAR } from '../../src-shared/domain/money.ts'
import { PRICE_MODES, type PriceMode } from '../../src-shared/domain/price.ts'
import type { PricePayloadWire } from '../../src-shared/http/pricing.ts'
import type { Database } from '../store/database.ts'
import { DEFAULT_SCHEDULE, modeAt, type ModeNow, type PriceWindow } from './schedule.ts'

/** The model name a surge opt-out is billed as. */
export const BUDGET_MODEL = 'budget'

export type RateName = PriceMode | 'budget'

/** CodexAPI.pro's prices in micro-dollars per million tokens (v1.0.38 and v1.0.39 of its changelog). */
export const DEFAULT_RATES: Readonly<Record<RateName, TokenRate>> = {
  standard: { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 },
  surge: { inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 },
  reduced: { inputPerMillion: 4_500_000, outputPerMillion: 27_000_000 },
  budget: { inputPerMillion: 2_000_000, outputPerMillion: 5_000_000 },
}

export interface Prices {
  /** The mode in force at an instant (epoch ms). */
  modeAt(at: number): ModeNow
  rate(name: RateName): TokenRate
  payload(now: number): PricePayloadWire
}

/** Reads prices and schedule once; the first start writes the defaults. `schedule` replaces the stored one. */
export function loadPrices(database: Database, schedule: readonly PriceWindow[] | null): Prices {
  const rates = database.transaction(() => {
    for (const name of [...PRICE_MODES, 'budget'] as const) {
      const { inputPerMillion, outputPerMillion } = DEFAULT_RATES[name]
      database.run('INSERT OR IGNORE INTO price_rates (mode, input_per_million, output_per_million) VALUES (?, ?, ?)', name, inputPerMillion, outputPerMillion)
    }
    const rows = database.all<{ mode: RateName; input_per_million: number; output_per_million: number }>('SELECT * FROM price_rates')
    return new Map(rows.map((row) => [row.mode, { inputPerMillion: row.input_per_million, outputPerMillion: row.output_per_million }]))
  })
  const windows = loadSchedule(database, schedule)
  const rate = (name: RateName): TokenRate => rates.get(name) ?? DEFAULT_RATES[name]
  return {
    modeAt: (at) => modeAt(windows, at),
    rate,
    payload: (now) => {
      const current = modeAt(windows, now)
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

function loadSchedule(database: Database, replacement: readonly PriceWindow[] | null): readonly PriceWindow[] {
  const stored = database.one<{ value: number }>('SELECT count(*) AS value FROM price_windows')?.value ?? 0
  const wanted = replacement ?? (stored === 0 ? DEFAULT_SCHEDULE : null)
  if (wanted) {
    database.transaction(() => {
      database.run('DELETE FROM price_windows')
      for (const window of wanted) database.run('INSERT INTO price_windows (mode, from_minute, to_minute) VALUES (?, ?, ?)', window.mode, window.fromMinute, window.toMinute)
    })
  }
  return database
    .all<{ mode: PriceMode; from_minute: number; to_minute: number }>('SELECT mode, from_minute, to_minute FROM price_windows ORDER BY id')
    .map((row) => ({ mode: row.mode, fromMinute: row.from_minute, toMinute: row.to_minute }))
}

/** Dollars per million as a number: the stored rates have at most six decimals, which a double writes exactly enough to read back. */
export function rateOnWire(rate: TokenRate): { input_per_million_usd: number; output_per_million_usd: number } {
  return { input_per_million_usd: rate.inputPerMillion / MICRO_PER_DOLLAR, output_per_million_usd: rate.outputPerMillion / MICRO_PER_DOLLAR }
}

const isoOrNull = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
