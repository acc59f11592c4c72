/** 2,000 random TOML and JSONC files through what a client's own target wants: apply, somebody's edit, the way back. Never a lost or changed foreign byte, never a file that cannot be read. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_CHOICES } from '../../../src-shared/domain/setup.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { canonical, valueAt, type Format, type Value } from '../edit/format.ts'
import { FORMATS } from '../edit/formats.ts'
import { foreignEdit as foreignJson, randomJsonc } from '../edit/testing/random-json.ts'
import { foreignEdit as foreignToml, randomToml } from '../edit/testing/random-toml.ts'
import { seeded, type Random } from '../edit/testing/random.ts'
import type { Target, TargetFile, Wanted, WantedKey } from '../ports.ts'
import { codexTarget } from '../targets/codex.ts'
import { openCodeTarget } from '../targets/opencode.ts'
import { MODELS, TOKEN } from '../testing/setup-deps.ts'
import { planFile, revertFile } from './plan-file.ts'
import { hashOf, type FileRecord } from './record.ts'

const WANTED: Wanted = {
  choices: { ...DEFAULT_CHOICES, effort: 'high', freedom: 'folder', mcp: ['memory'] }, gateway: 'http://127.0.0.1:18790', gatewayName: 'Portico', token: { way: 'file', value: TOKEN }, models: MODELS, codexCatalogue: '/own/models.json', version: null,
  mcp: [{ id: 'memory', name: 'Memory', kind: 'stdio', command: 'npx', args: ['-y', 'memory@1.0.0'], env: { A: 'b' }, startSeconds: 30 }], machine: { platform: 'linux', home: '/home/ann', env: {} },
}

interface World {
  target: Target
  file: TargetFile
  make(random: Random): string
  edit(text: string, random: Random): { text: string; kept: readonly string[] }
}

const WORLDS: readonly World[] = [
  { target: codexTarget, file: { id: 'config', path: '/h/config.toml', format: 'toml', create: 'when-needed' }, make: (random) => randomToml(random).text, edit: (text, random) => {
    const { text: after, added } = foreignToml(text, random)
    return { text: after, kept: added }
  } },
  { target: openCodeTarget, file: { id: 'config', path: '/h/opencode.jsonc', format: 'jsonc', create: 'when-needed' }, make: (random) => randomJsonc(random, { strict: false }).text, edit: (text, random) => {
    const { text: after, key, comment } = foreignJson(text, random, { strict: false })
    return { text: after, kept: [key, comment].filter((one) => one !== null) }
  } },
]

function recordOf(file: TargetFile, plan: ReturnType<typeof planFile>, before: string): FileRecord {
  return {
    file: file.id, path: file.path, format: file.format, keys: plan.owned.map((key) => ({ ...key, path: [...key.path] })), made: plan.made.map((one) => ({ ...one, path: [...one.path] })),
    left: hashOf(plan.after?.bytes ?? new Uint8Array()), base: hashOf(before), modeBefore: null,
  }
}

/** The values that nobody asked Portico to touch; tables on the way to a key of its own count only when something else is in them. */
function foreign(format: Format, text: string, wanted: readonly WantedKey[]): string {
  const values = structuredClone(format.parse(text)) as Record<string, Value>
  const drop = (path: readonly string[], onlyEmpty: boolean): void => {
    const parent = path.length === 1 ? values : valueAt(values, path.slice(0, -1))
    const own = valueAt(values, path)
    const isEmpty = own !== null && typeof own === 'object' && !Array.isArray(own) && Object.keys(own).length === 0
    // Our own copy: a table may be changed.
    if (parent !== null && typeof parent === 'object' && !Array.isArray(parent) && (!onlyEmpty || isEmpty)) delete (parent as Record<string, Value>)[path.at(-1) ?? '']
  }
  for (const { path } of wanted) drop(path, false)
  for (const { path } of wanted) for (let length = path.length - 1; length > 0; length -= 1) drop(path.slice(0, length), true)
  return canonical(values)
}

describe.each(WORLDS)('$target.name', { timeout: 120_000 }, ({ target, file, make, edit }) => {
  it('2,000 random files', () => {
    const format = FORMATS[file.format]
    let [done, refused] = [0, 0]
    for (let seed = 1; seed <= 2000; seed += 1) {
      const random = seeded(seed * 7919)
      const text = make(random)
      const found = new TextEncoder().encode(text)
      const current = new Map([[file.id, { exists: true, values: format.parse(text) }]])
      const wanted = target.merge(WANTED, current).files.filter((one) => one.file === file.id).flatMap((one) => one.keys)
      let plan
      try {
        plan = planFile({ file, found, record: null, wanted })
      } catch (problem) {
        if (!(problem instanceof AppError) || problem.code !== 'setup.no-place') throw new Error(`seed ${seed}\n${text}`, { cause: problem })
        expect(problem.fields).toMatchObject({ path: file.path, line: expect.any(Number) as number, column: expect.any(Number) as number })
        refused += 1
        continue
      }
      done += 1
      const after = plan.after?.text ?? ''
      const note = `seed ${seed}\n--- before\n${text}\n--- after\n${after}`
      const record = recordOf(file, plan, text)
      expect(planFile({ file, found: plan.after?.bytes ?? found, record, wanted }).changed, note).toBe(false)
      expect(foreign(format, after, wanted), note).toBe(foreign(format, text, wanted))
      // Nobody touched it: key by key, and by the copy that is kept.
      for (const isUntouched of [true, false]) expect(revertFile({ record, found: plan.after?.bytes ?? found, isUntouched, base: found, hasBase: true }).after?.text, note).toBe(text)
      // Somebody did.
      const theirs = edit(after, random)
      try {
        format.parse(theirs.text)
      } catch {
        continue
      }
      const back = revertFile({ record, found: new TextEncoder().encode(theirs.text), isUntouched: false, base: found, hasBase: true }).after?.text ?? ''
      expect(() => format.parse(back), `${note}\n--- back\n${back}`).not.toThrow()
      for (const kept of theirs.kept) expect(back, `${note}\n--- back\n${back}`).toContain(kept)
      const lines = back.split(/\r?\n/)
      if (file.format === 'toml') for (const line of text.split(/\r?\n/).filter((one) => one.trim() !== '')) expect(lines, `${note}\n--- back\n${back}`).toContain(line)
    }
    expect(done).toBeGreaterThan(1200)
    expect(done + refused).toBe(2000)
  })
})
