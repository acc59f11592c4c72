/** For tests: a seeded source of odd values, and of damaged copies of good ones. Pure. */
import { mulberry32 } from '../../../../src-shared/testing/random.ts'

export interface Dice {
  /** A whole number below `sides`. */
  roll(sides: number): number
  pick<T>(from: readonly T[]): T
}

export function createDice(seed: number): Dice {
  const next = mulberry32(seed)
  const roll = (sides: number): number => Math.floor(next() * sides)
  return {
    roll,
    pick: (from) => {
      const one = from[roll(from.length)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
  }
}

const ODD: readonly unknown[] = [null, true, false, 0, -1, 1.5, 1e308, -1e308, '', ' ', 'x', '\u0000', '\uD800', '[DONE]', '{}', [], {}, [[]], [null], { type: null }, { type: 'text' }, 'data:', 'auto']

/** A copy of `value` in which some places are odd, missing or of another shape: one in `oneIn` is odd. */
export function damaged(value: unknown, dice: Dice, oneIn = 12): unknown {
  if (dice.roll(oneIn) === 0) return dice.pick(ODD.filter((odd) => odd !== undefined))
  if (Array.isArray(value)) {
    const copy = value.map((one: unknown) => damaged(one, dice, oneIn))
    if (dice.roll(oneIn * 2) === 0) copy.push(dice.pick([...ODD, {}].filter((odd) => odd !== null)))
    return copy
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (dice.roll(oneIn * 2) === 0 ? [] : [[key, damaged(inner, dice, oneIn)]])))
}

/** `text` in pieces of random length. */
export function inPieces(text: string, dice: Dice, longest = 40): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const size = 1 + dice.roll(longest)
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}
