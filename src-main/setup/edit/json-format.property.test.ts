/** Thousands of random JSON and JSONC documents: what is edited is valid and only what was asked for, no foreign line changes, and all comes back byte for byte. */
import { describe, expect, it } from 'vitest'
import { canonical, KeyProblem, valueAt, type Value, type Wish } from './format.ts'
import { jsonFormat } from './json-format.ts'
import { jsoncFormat } from './jsonc-format.ts'
import { foreignEdit, randomJsonc } from './testing/random-json.ts'
import { chance, pick, seeded, type Random } from './testing/random.ts'

const PATHS = [['model'], ['env', 'A'], ['env', 'B'], ['mcpServers', 'memory', 'command'], ['mcpServers', 'memory', 'args'], ['permissions', 'defaultMode'], ['portico'], ['a', 'b c', 'x'], ['x', 'y'], ['__proto__', 'a'], ['constructor'], ['name'], ['quote"d', 'a']]
const VALUES: readonly Value[] = ['text', 'quote " \\', '', 1, false, null, ['a', 'b'], [], { A: 'b' }, { deep: { er: [1, { x: 2 }] } }]

function randomWishes(random: Random): Wish[] {
  const paths = [...new Map(Array.from({ length: 1 + random(5) }, () => pick(random, PATHS)).map((path) => [path.join('\0'), path])).values()]
  const some = paths.filter((path) => !paths.some((other) => other.length < path.length && other.every((key, index) => path[index] === key)))
  return some.map((path) => ({ path, value: chance(random, 15) ? undefined : pick(random, VALUES) }))
}

function attempt<T>(note: string, work: () => T): T {
  try {
    return work()
  } catch (problem) {
    throw new Error(note, { cause: problem })
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/)

describe.each([{ format: jsoncFormat, strict: false, rounds: 2000 }, { format: jsonFormat, strict: true, rounds: 1000 }])('random documents, strict $strict', { timeout: 120_000 }, ({ format, strict, rounds }) => {
  it('are edited to what was asked for, twice as once, and come back byte for byte', () => {
    let edits = 0
    for (let seed = 1; seed <= rounds; seed += 1) {
      const random = seeded(seed)
      const { text } = randomJsonc(random, { strict })
      const wishes = randomWishes(random)
      let edited
      try {
        edited = format.edit(text, wishes)
      } catch (problem) {
        if (!(problem instanceof KeyProblem)) throw new Error(`seed ${seed}\n${text}\n${JSON.stringify(wishes)}`, { cause: problem })
        continue
      }
      edits += 1
      const note = `seed ${seed}\n${JSON.stringify(wishes)}\n--- before\n${text}\n--- after\n${edited.text}`
      const after = format.parse(edited.text)
      if (strict) expect(() => void JSON.parse(edited.text), note).not.toThrow()
      for (const { path, value } of wishes) {
        const now = valueAt(after, path)
        expect(now === undefined ? undefined : canonical(now), note).toBe(value === undefined ? undefined : canonical(value))
      }
      expect(attempt(note, () => format.edit(edited.text, wishes).text), note).toBe(edited.text)
      expect(attempt(note, () => format.undo(edited.text, edited.replaced, edited.made)), note).toBe(text)
      // Only additions: every line that was there is there, in its order.
      const isAdded = edited.replaced.every(({ before }) => before === null)
      if (isAdded && !/\{.*["}]/.test(text)) {
        const now = linesOf(edited.text)
        let at = 0
        for (const line of linesOf(text)) {
          at = now.indexOf(line, at)
          expect(at, `${note}\nlost ${line}`).toBeGreaterThanOrEqual(0)
          at += 1
        }
      }
    }
    expect(edits).toBeGreaterThan(rounds * 0.6)
  })

  it('keep what somebody else wrote in between', () => {
    let edits = 0
    for (let seed = 50_001; seed <= 50_000 + rounds; seed += 1) {
      const random = seeded(seed)
      const { text } = randomJsonc(random, { strict })
      let edited
      try {
        edited = format.edit(text, randomWishes(random))
      } catch {
        continue
      }
      edits += 1
      const foreign = foreignEdit(edited.text, random, { strict })
      const note = `seed ${seed}\n--- before\n${text}\n--- after\n${edited.text}\n--- foreign\n${foreign.text}`
      const back = attempt(note, () => format.undo(foreign.text, edited.replaced, edited.made))
      const values = attempt(`${note}\n--- back\n${back}`, () => format.parse(back))
      const before = format.parse(text)
      if (foreign.key !== null) expect(canonical(values[foreign.key] ?? null), note).toBe('[1,{"deep":true}]')
      if (foreign.comment !== null) expect(back, note).toContain(foreign.comment)
      const theirs = Object.fromEntries(Object.entries(values).filter(([key]) => key !== foreign.key))
      expect(canonical(theirs), `${note}\n--- back\n${back}`).toBe(canonical(before))
      for (const comment of text.match(/\/\/ a comment|\/\* block \*\/|\/\/ behind/g) ?? []) expect(back, `${note}\n--- back\n${back}`).toContain(comment)
    }
    expect(edits).toBeGreaterThan(rounds * 0.6)
  })
})
