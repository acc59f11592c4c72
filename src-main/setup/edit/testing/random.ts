/** For tests: numbers that come again with their seed. */
import { mulberry32 } from '../../../../src-shared/testing/random.ts'

/** A whole number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number

export function seeded(seed: number): Random {
  const next = mulberry32(seed)
  return (below) => Math.floor(next() * below)
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[random(from.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

export const chance = (random: Random, percent: number): boolean => random(100) < percent
