/** Joins class names. Pure. */

/** The given names that are set, in order, with spaces between. */
export function cx(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
