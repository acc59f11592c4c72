/** Texts of an argument that could be paths; a long text is contents. Pure. */
const LONGEST_PATH = 1_000
const MOST_NAMED = 50

export function textsIn(value: unknown, found: string[] = []): string[] {
  if (found.length >= MOST_NAMED) return found
  if (typeof value === 'string') {
    if (value !== '' && value.length <= LONGEST_PATH && !/[\n\0]/.test(value)) found.push(value)
  } else if (Array.isArray(value)) for (const one of value) textsIn(one, found)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) textsIn(one, found)
  return found
}
