/** A seeded source of chance for property tests and fuzzing: the same seed gives the same cases. Tests only. */
import { mulberry32 } from '../../../src-shared/testing/random.ts'

export interface Random {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  /** `least` to `most` values. */
  list<T>(least: number, most: number, make: (index: number) => T): T[]
}

export function createRandom(seed: number): Random {
  const next = mulberry32(seed)
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] ?? from[0],
    list: (least, most, make) => Array.from({ length: least + below(most - least + 1) }, (_, index) => make(index)),
  }
}

const ODD_VALUES: readonly [unknown, ...unknown[]] = [
  null, true, false, 0, -1, 1.5, 1e308, -0, Number.MAX_SAFE_INTEGER, '', 'x', '\u0000', '\ud800', '__proto__', 'text', [], {}, [[]], [null], { type: 'text' }, { type: 7 }, { type: 'constructor' },
]

/** The same JSON value with one to three places changed: values replaced, fields left out, renamed or doubled, lists turned into objects. */
export function damage(value: unknown, random: Random): unknown {
  let damaged = value
  for (let times = 1 + random.below(3); times > 0; times -= 1) damaged = damageOnce(damaged, random, 0.02)
  return damaged
}

/** @param here How probable it is that this very value is replaced. */
function damageOnce(value: unknown, random: Random, here = 0.12): unknown {
  if (random.chance(here) || typeof value !== 'object' || value === null) return random.pick(ODD_VALUES)
  if (Array.isArray(value)) {
    const list: unknown[] = [...value]
    if (list.length === 0) return random.pick(ODD_VALUES)
    const index = random.below(list.length)
    const how = random.below(20)
    if (how < 2) list.splice(index, 1)
    else if (how < 4) list.push(list[index])
    else if (how === 4) return Object.fromEntries(list.entries())
    else list[index] = damageOnce(list[index], random)
    return list
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return random.pick(ODD_VALUES)
  const index = random.below(entries.length)
  const [key, inside] = entries[index] ?? ['', null]
  if (random.chance(0.1)) entries.splice(index, 1)
  else if (random.chance(0.05)) entries[index] = [`${key}_x`, inside]
  else entries[index] = [key, damageOnce(inside, random)]
  return Object.fromEntries(entries)
}
