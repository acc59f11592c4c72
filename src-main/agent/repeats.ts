/** Counts identical tool calls, so that a model running in a circle is noticed. Pure. */

/** One text for calls that mean the same: the name and the arguments with sorted keys. */
export function callFingerprint(name: string, argumentsText: string): string {
  try {
    return `${name}\n${JSON.stringify(sortKeys(JSON.parse(argumentsText)))}`
  } catch {
    return `${name}\n${argumentsText}`
  }
}

/** The calls made so far with these behind them, each by its fingerprint: a list, because a long turn adds to it with every step and hardly ever looks. */
export function withCalls(made: readonly string[], calls: readonly { wireName: string; argumentsText: string }[]): readonly string[] {
  return [...made, ...calls.map((call) => callFingerprint(call.wireName, call.argumentsText))]
}

/** How often a call was made. */
export function timesIn(made: readonly string[], fingerprint: string): number {
  return made.reduce((times, one) => (one === fingerprint ? times + 1 : times), 0)
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]))
}
