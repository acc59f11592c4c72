/** What these clients are given fits every golden folder: each wish finds its place in the real files, a second setup wishes nothing new, and what comes out still reads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { canonical, SyntaxProblem, valueAt } from '../edit/format.ts'
import { FORMATS } from '../edit/formats.ts'
import { readText } from '../edit/text-form.ts'
import type { CurrentFile, Machine, Target, TargetFile, Wanted } from '../ports.ts'
import { claudeDesktopTarget } from './claude-desktop.ts'
import { clineTarget } from './cline.ts'
import { cursorTarget } from './cursor.ts'
import { geminiCliTarget } from './gemini-cli.ts'
import { openCodeTarget } from './opencode.ts'
import { CONTEXT, keysOf, MEMORY, wantedWith } from './testing/wanted.ts'
import { vscodeTarget } from './vscode.ts'
import { zedTarget } from './zed.ts'

const FIXTURES = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'fixtures')
const TARGETS = [claudeDesktopTarget, openCodeTarget, geminiCliTarget, vscodeTarget, cursorTarget, zedTarget, clineTarget]
const CASES = TARGETS.flatMap((target) => readdirSync(path.join(FIXTURES, target.id)).map((name) => [target.id, name, target] as const))

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Files by id, with the text each has; a missing one is empty. */
function filesOf(target: Target, machine: Machine): Map<string, { file: TargetFile; exists: boolean; text: string }> {
  const found = target.paths(machine, namesIn).files.filter((file) => file.create === 'when-needed' || existsSync(file.path))
  return new Map(found.map((file) => [file.id, { file, exists: existsSync(file.path), text: existsSync(file.path) ? readText(readFileSync(file.path)).text : '' }]))
}

const parsed = (texts: ReadonlyMap<string, { file: TargetFile; exists: boolean; text: string }>): Map<string, CurrentFile> =>
  new Map([...texts].map(([id, { file, exists, text }]) => [id, { exists, values: FORMATS[file.format].parse(text) }]))

describe.each(CASES)('%s %s', (id, name, target) => {
  const machine: Machine = { platform: 'linux', home: path.join(FIXTURES, id, name), env: {} }
  const wanted: Wanted = wantedWith({ machine, mcp: [MEMORY, CONTEXT], choices: { freedom: 'folder', fastModel: 'claude-sonnet-5', quiet: true } })

  it('lays at least one file where the client keeps it', () => {
    expect([...filesOf(target, machine).values()].some(({ exists }) => exists)).toBe(true)
  })

  it.runIf(name.startsWith('invalid'))('is refused', () => {
    const refused = [...filesOf(target, machine)].some(([file, { file: { format }, text }]) => {
      try {
        FORMATS[format].edit(text, keysOf(target.merge(wanted, new Map()), file))
        return false
      } catch (thrown) {
        return thrown instanceof SyntaxProblem
      }
    })
    expect(refused).toBe(true)
  })

  it.skipIf(name.startsWith('invalid'))('takes every key, and the second time there is nothing to do', () => {
    const files = filesOf(target, machine)
    const merge = target.merge(wanted, parsed(files))
    const after = new Map([...files].map(([file, one]) => [file, { ...one, exists: true, text: FORMATS[one.file.format].edit(one.text, keysOf(merge, file)).text }]))
    for (const [file, { values }] of parsed(after)) {
      for (const key of keysOf(merge, file)) expect(canonical(valueAt(values, key.path) ?? null)).toBe(canonical(key.value ?? null))
    }
    const again = target.merge(wanted, parsed(after))
    for (const [file, { file: { format }, text }] of after) {
      expect(keysOf(again, file)).toEqual(keysOf(merge, file))
      expect(FORMATS[format].edit(text, keysOf(again, file)).text).toBe(text)
    }
    if (target.abilities.provider) expect(target.read(parsed(after)).now).toContain('Portico: http://127.0.0.1:18790')
  })
})
