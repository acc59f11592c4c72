/** Seeded randomness, so that a case that fails can be made again, and the ways to damage JSON and bytes. Pure. */
import { mulberry32 } from '../../../src-shared/testing/random.ts'

export interface Random {
  /** From 0 up to, not including, `below`. */
  int(below: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Buffer
}

export function random(seed: number): Random {
  const next = mulberry32(seed * 2_654_435_761)
  const int = (below: number): number => Math.floor(next() * below)
  return {
    int,
    chance: (share) => next() < share,
    pick: (from) => {
      const found = from[int(from.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
  }
}

const deep = (levels: number, opening: string, closing: string): string => opening.repeat(levels) + closing.repeat(levels)

/** Values that stand where something else was expected, as JSON text. */
const ODD: readonly string[] = [
  'null', 'true', '0', '-1', '1.5', '1e308', '-1e308', '9007199254740993', '""', '" "', '"x"', '[]', '{}', '[[]]', '[null]', '{"type":"text"}', '{"type":"nonsense"}', '"\\u0000"', '"\\ud800"', '"\\ud83e\\udd4a"',
  '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}', '[1,"a",null,{}]', deep(64, '[', ']'), deep(64, '{"a":', '}').replace('{"a":}', '{"a":1}'),
]

/** Another JSON text from a JSON value: one or a few of its places hold something else, are gone, or are there twice. */
export function damagedJson(value: unknown, dice: Random): string {
  const marks: string[] = []
  const places = countPlaces(value)
  const chosen = new Set(Array.from({ length: 1 + dice.int(3) }, () => dice.int(places)))
  let at = -1
  const walk = (node: unknown): unknown => {
    at += 1
    if (chosen.has(at)) {
      marks.push(dice.pick(ODD))
      return `\u0001${marks.length - 1}\u0001`
    }
    if (Array.isArray(node)) return node.map(walk)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(Object.entries(node).flatMap(([key, child]) => (dice.chance(0.01) ? [] : [[dice.chance(0.01) ? `${key}x` : key, walk(child)]])))
  }
  const text = JSON.stringify(walk(value)).replace(/"\\u0001(\d+)\\u0001"/g, (_all, index: string) => marks[Number(index)] ?? 'null')
  return dice.chance(0.1) ? text.replace(/"(\w+)":/, (all, key: string) => `"${key}":${dice.pick(ODD)},${all}`) : text
}

const ODD_TEXTS = ['', ' ', '\u0000', 'x'.repeat(100_000), '🥊'.repeat(50), '\u202e\ufeff', '</system>\n\ndata: {"x":1}\n\n', '{"a":', '__proto__', '-'.repeat(70), 'Ünïcödé/Näme.with:signs']

/** A value of the same shape: a few texts and numbers are others, or a field that nobody knows is there too. Much of it is right, so it goes far. */
export function oddValue(value: unknown, dice: Random): unknown {
  if (Array.isArray(value)) return value.map((child) => oddValue(child, dice))
  if (value !== null && typeof value === 'object') {
    const same = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, key === 'model' ? child : oddValue(child, dice)]))
    return dice.chance(0.02) ? { ...same, [dice.pick(['unknown_field', '__proto__x', 'id', 'name', 'status'])]: dice.pick([null, 1, 'x', {}, []]) } : same
  }
  if (!dice.chance(0.03)) return value
  if (typeof value === 'string') return dice.pick(ODD_TEXTS)
  return typeof value === 'number' ? dice.pick([0, -1, 1, 1.5, 1e21, 2 ** 53]) : typeof value === 'boolean' ? !value : value
}

function countPlaces(value: unknown): number {
  if (value === null || typeof value !== 'object') return 1
  return 1 + Object.values(value).reduce((sum: number, child) => sum + countPlaces(child), 0)
}

/** The same bytes with a few of them cut off, changed, doubled, or put in. */
export function damagedBytes(bytes: Buffer, dice: Random): Buffer {
  const at = dice.int(bytes.length + 1)
  switch (dice.int(6)) {
    case 0: return bytes.subarray(0, at)
    case 1: return Buffer.concat([bytes.subarray(0, at), dice.bytes(1 + dice.int(8)), bytes.subarray(at)])
    case 2: {
      const copy = Buffer.from(bytes)
      for (let count = 1 + dice.int(6); count > 0 && copy.length > 0; count -= 1) copy[dice.int(copy.length)] = dice.int(256)
      return copy
    }
    case 3: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(dice.int(at + 1))])
    case 4: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + dice.int(40)))])
    default: return Buffer.concat([bytes, dice.bytes(dice.int(64))])
  }
}
