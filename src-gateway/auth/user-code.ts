/** The code a person reads and types: eight letters that cannot be taken for another or spell much. Pure but for the random source. */
import { randomInt } from 'node:crypto'

/** Consonants without look-alikes (RFC 8628, 6.1). 20^8 codes; a guess lives ten minutes behind a throttle. */
export const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'

export function newUserCode(pick: (below: number) => number = (below) => randomInt(below)): string {
  const letters = Array.from({ length: 8 }, () => CODE_LETTERS[pick(CODE_LETTERS.length)] ?? 'B')
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

/** What a person typed as a code: case, spaces and dashes do not matter. Null when it cannot be one. */
export function readUserCode(typed: string): string | null {
  const letters = typed.toUpperCase().replace(/[\s\-–—_.]/g, '')
  return /^[A-Z]{8}$/.test(letters) ? `${letters.slice(0, 4)}-${letters.slice(4)}` : null
}
