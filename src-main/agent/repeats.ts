/** Counts identical tool calls, so that a model running in a circle is noticed. Pure. */

/** One text for calls that mean the same: the name and the arguments with sorted keys. */
export function callFingerprint(name: string, argumentsText: string): string {
  try {
    return `${name}\n${JSON.stringify(sortKeys(JSON.parse(argumentsText)))}`
  } catch {
    return `${name}\n${argumentsText}`
  }
}

export function countCalls(
  repeats: Readonly<Record<string, number>>,
  calls: readonly { wireName: string; argumentsText: string }[],
): Record<string, number> {
  const counted = { ...repeats }
  for (const call of calls) {
    const fingerprint = callFingerprint(call.wireName, call.argumentsText)
    counted[fingerprint] = (counted[fingerprint] ?? 0) + 1
  }
  return counted
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]))
}
