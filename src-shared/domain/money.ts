/** Money as Portico counts it: whole micro-dollars (1 USD = 1,000,000). Pure; used in every process. */
/** An amount in micro-dollars. Always an integer; may be negative (a debit). */
export type MicroDollars = number

export const MICRO_PER_DOLLAR = 1_000_000

/** Prices of one model in micro-dollars per one million tokens. */
export interface TokenRate {
  inputPerMillion: MicroDollars
  outputPerMillion: MicroDollars
}

/** A rate that may tell input read from a provider's cache, and input written to it, from the rest; where it does not, they cost what input costs. */
export interface RateCard extends TokenRate {
  cacheReadPerMillion?: MicroDollars | undefined
  cacheWritePerMillion?: MicroDollars | undefined
}

/** The part of a call's input that a provider's cache had or took. */
export interface CachedTokens {
  readTokens: number
  writeTokens: number
}

const NOTHING_CACHED: CachedTokens = { readTokens: 0, writeTokens: 0 }

/**
 * The exact cost of one call, rounded half up once on the sum (never per part).
 * `inputTokens` are all input, cached ones included. Uses BigInt, so no token count a model can report loses a micro-dollar.
 * @throws RangeError when a count is negative or not a whole number.
 */
export function costOfTokens(rate: RateCard, inputTokens: number, outputTokens: number, cached: CachedTokens = NOTHING_CACHED): MicroDollars {
  for (const count of [inputTokens, outputTokens, cached.readTokens, cached.writeTokens]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`token count must be a whole number, got ${count}`)
  }
  const [read, write] = [BigInt(cached.readTokens), BigInt(cached.writeTokens)]
  const rest = BigInt(inputTokens) - read - write
  const scaled =
    // A provider that reports more cached than it was given has its parts billed as reported, and nothing taken off for it.
    (rest > 0n ? rest : 0n) * BigInt(rate.inputPerMillion) +
    read * BigInt(rate.cacheReadPerMillion ?? rate.inputPerMillion) +
    write * BigInt(rate.cacheWritePerMillion ?? rate.inputPerMillion) +
    BigInt(outputTokens) * BigInt(rate.outputPerMillion)
  return Number((scaled + 500_000n) / 1_000_000n)
}

/**
 * Reads a dollar amount as hosted systems send it (number or decimal string) into micro-dollars.
 * Digits past the sixth decimal are rounded half away from zero. Returns null for anything that is not a finite amount:
 * an amount we could not read is unknown, never zero.
 */
export function microFromDollars(dollars: unknown): MicroDollars | null {
  const text = typeof dollars === 'number' ? decimalText(dollars) : typeof dollars === 'string' ? dollars.trim() : ''
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return null
  const [, sign, whole, fraction = ''] = match
  const six = fraction.slice(0, 6).padEnd(6, '0')
  const roundUp = (fraction.charCodeAt(6) || 48) >= 53 ? 1n : 0n
  const micro = BigInt(whole ?? '0') * 1_000_000n + BigInt(six) + roundUp
  if (micro > BigInt(Number.MAX_SAFE_INTEGER)) return null
  const value = Number(micro)
  return sign === '-' && value !== 0 ? -value : value
}

function decimalText(value: number): string {
  if (!Number.isFinite(value)) return ''
  const text = String(value)
  return text.includes('e') ? value.toFixed(9) : text
}

/** Exact decimal dollars for a wire that speaks dollars ("0.004500"); six decimals, no rounding. */
export function dollarsText(micro: MicroDollars): string {
  const sign = micro < 0 ? '-' : ''
  const absolute = Math.abs(micro)
  return `${sign}${Math.floor(absolute / MICRO_PER_DOLLAR)}.${String(absolute % MICRO_PER_DOLLAR).padStart(6, '0')}`
}

/**
 * Money for people: "$142.17". Amounts under one cent keep up to six decimals so that a small turn never reads "$0.00".
 * Cents are cut toward zero, so a balance is never shown larger than it is.
 */
export function formatMoney(micro: MicroDollars): string {
  const sign = micro < 0 ? '−' : ''
  const absolute = Math.abs(micro)
  if (absolute > 0 && absolute < 10_000) {
    const decimals = (absolute / MICRO_PER_DOLLAR).toFixed(6).replace(/0+$/, '')
    return `${sign}$${decimals}`
  }
  const cents = Math.floor(absolute / 10_000)
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}$${whole}.${String(cents % 100).padStart(2, '0')}`
}

/** A rate for people, in dollars per million tokens: "$4.50". */
export function formatRate(perMillion: MicroDollars): string {
  return formatMoney(perMillion)
}

/**
 * A billed amount to the last micro-dollar: "$0.010355", "$1.20". For receipts, where cents would not add up.
 * At least two decimals, at most six; nothing is rounded.
 */
export function formatExactMoney(micro: MicroDollars): string {
  const sign = micro < 0 ? '−' : ''
  const [whole = '0', fraction = ''] = dollarsText(Math.abs(micro)).split('.')
  const kept = fraction.replace(/0+$/, '').padEnd(2, '0')
  return `${sign}$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${kept}`
}
