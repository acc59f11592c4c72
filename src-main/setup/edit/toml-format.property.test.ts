/** 2,000 random TOML documents: what is edited is valid and only what was asked for, and comes back byte for byte. */
import { describe, expect, it } from 'vitest'
import { canonical, KeyProblem, valueAt, type Value, type Wish } from './format.ts'
import { foreignEdit, randomToml } from './testing/random-toml.ts'
import { chance, pick, seeded, type Random } from './testing/random.ts'
import { tomlFormat } from './toml-format.ts'

const PATHS = [['model'], ['name'], ['a'], ['model_provider'], ['features', 'apps'], ['features', 'x'], ['mcp_servers', 'memory', 'command'], ['mcp_servers', 'memory', 'env', 'A'], ['model_providers', 'portico', 'base_url'], ['model_providers', 'portico', 'auth', 'command'], ['env', 'a'], ['env', 'd0'], ['portico', 'name'], ['x', 'y'], ['y', 'd0'], ['a.b', 'c d'], ['__proto__', 'a'], ['constructor']]
const VALUES: readonly Value[] = ['text', 'quote " and \\', 'line\nbreak', '', 12, -3.5, true, ['a', 'b'], [], { A: 'b', 'c d': 1 }, {}]

export function randomWishes(random: Random): Wish[] {
  const paths = new Map(Array.from({ length: 1 + random(5) }, () => pick(random, PATHS)).map((path) => [path.join('\0'), path]))
  // A wish never stands inside another one.
  const some = [...paths.values()].filter((path) => ![...paths.values()].some((other) => other.length < path.length && other.every((key, index) => path[index] === key)))
  return some.map((path) => ({ path, value: chance(random, 15) ? undefined : pick(random, VALUES) }))
}

/** A failure says which document it was. */
function attempt<T>(note: string, work: () => T): T {
  try {
    return work()
  } catch (problem) {
    throw new Error(note, { cause: problem })
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/)

describe('random documents', { timeout: 120_000 }, () => {
  it('are edited to what was asked for, twice as once, and come back byte for byte', () => {
    let edits = 0
    let refused = 0
    for (let seed = 1; seed <= 2000; seed += 1) {
      const random = seeded(seed)
      const { text } = randomToml(random)
      const before = tomlFormat.parse(text)
      const wishes = randomWishes(random)
      let edited
      try {
        edited = tomlFormat.edit(text, wishes)
      } catch (problem) {
        // A wish through a value or a list has no place; nothing else may stop it.
        if (!(problem instanceof KeyProblem)) throw new Error(`seed ${seed}\n${text}\n${JSON.stringify(wishes)}`, { cause: problem })
        expect([problem.line, problem.column].every((one) => one >= 1)).toBe(true)
        refused += 1
        continue
      }
      edits += 1
      const note = `seed ${seed}\n${JSON.stringify(wishes)}\n--- before\n${text}\n--- after\n${edited.text}`
      const after = tomlFormat.parse(edited.text)
      for (const { path, value } of wishes) {
        const now = valueAt(after, path)
        expect(now === undefined ? undefined : canonical(now), note).toBe(value === undefined ? undefined : canonical(value))
      }
      expect(tomlFormat.edit(edited.text, wishes).text, note).toBe(edited.text)
      expect(attempt(note, () => tomlFormat.undo(edited.text, edited.replaced, edited.made)), note).toBe(text)
      expect(canonical(tomlFormat.parse(text)), note).toBe(canonical(before))
    }
    expect(edits).toBeGreaterThan(1500)
    expect(refused).toBeGreaterThan(20)
  })

  it('keep every foreign line when somebody edits in between', () => {
    let edits = 0
    for (let seed = 10_001; seed <= 12_000; seed += 1) {
      const random = seeded(seed)
      const { text } = randomToml(random)
      let edited
      try {
        edited = tomlFormat.edit(text, randomWishes(random))
      } catch {
        continue
      }
      edits += 1
      const foreign = foreignEdit(edited.text, random)
      const note = `seed ${seed}\n--- before\n${text}\n--- after\n${edited.text}\n--- foreign\n${foreign.text}`
      // Theirs may be impossible where ours ends the file in a table; then there is nothing to keep.
      try {
        tomlFormat.parse(foreign.text)
      } catch {
        continue
      }
      const back = attempt(note, () => tomlFormat.undo(foreign.text, edited.replaced, edited.made))
      expect(() => tomlFormat.parse(back), note).not.toThrow()
      const left = linesOf(back)
      for (const line of [...linesOf(text).filter((one) => one.trim() !== ''), ...foreign.added]) {
        const at = left.indexOf(line)
        expect(at, `${note}\n--- back\n${back}\n--- lost: ${line}`).toBeGreaterThanOrEqual(0)
        left.splice(at, 1)
      }
      expect(left.filter((line) => line.trim() !== ''), `${note}\n--- back\n${back}`).toEqual([])
    }
    expect(edits).toBeGreaterThan(1500)
  })
})
