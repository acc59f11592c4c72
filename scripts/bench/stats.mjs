/** Small statistics and the row format of out/bench.json. */

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = (sorted.length - 1) * q
  const low = Math.floor(at)
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low)
}
export const median = (values) => quantile(values, 0.5)

/** A result. `ok` is null when there is no limit (a figure for the record), false when nothing could be measured. */
export function row(name, value, unit, limit = null, note = '') {
  const measured = Number.isFinite(value)
  return { name, value: measured ? Number(value.toPrecision(4)) : null, unit, limit, ok: limit === null ? (measured ? null : false) : measured && value <= limit, note }
}

/** A result that must not be below its limit. */
export function atLeast(name, value, unit, limit, note = '') {
  const measured = Number.isFinite(value)
  return { name, value: measured ? Number(value.toPrecision(4)) : null, unit, limit: `≥ ${limit}`, ok: measured && value >= limit, note }
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
