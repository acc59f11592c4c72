/** Random paths and edits (from a fixed seed): no path leaves the folder, and an edit changes its place only. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mulberry32 } from '../../src-shared/testing/random.ts'
import { editText } from './edit-text.ts'
import type { WorkspaceTools } from './ports.ts'
import { createWorkspaceTools } from './tools.ts'

const pick = <T>(random: () => number, items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]

let base: string
let folder: string
let tools: WorkspaceTools
const never = new AbortController().signal

beforeAll(async () => {
  base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'portico-random-')))
  folder = path.join(base, 'in')
  await mkdir(path.join(folder, 'a/b'), { recursive: true })
  await mkdir(path.join(base, 'out/deep'), { recursive: true })
  await writeFile(path.join(base, 'out/file'), 'untouched')
  await symlink(path.join(base, 'out'), path.join(folder, 'abs'))
  await symlink('../out', path.join(folder, 'rel'))
  await symlink('../../../out/deep', path.join(folder, 'a/b/far'))
  await symlink('../out/new', path.join(folder, 'dangling'))
  await symlink('rel', path.join(folder, 'twice'))
  await symlink('..', path.join(folder, 'up'))
  await symlink('a', path.join(folder, 'fine'))
  tools = createWorkspaceTools({ runner: { run: () => Promise.reject(new Error('not in this test')) }, spillDir: path.join(base, 'spill'), clock: { now: () => 0 } })
})
afterAll(() => rm(base, { recursive: true, force: true }))

describe('random paths', () => {
  it('never reach outside the folder', async () => {
    const random = mulberry32(42)
    const pieces = ['..', '..', '.', 'a', 'b', 'abs', 'rel', 'far', 'dangling', 'twice', 'up', 'fine', 'in', 'out', 'file', 'deep', 'new', '...', ' ', '~', '%2e%2e', '..\\..', 'x:y']
    const outside = async () => JSON.stringify([(await readdir(path.join(base, 'out'), { recursive: true })).sort(), await readFile(path.join(base, 'out/file'), 'utf8'), (await readdir(base)).sort()])
    const before = await outside()
    let written = 0
    for (let round = 0; round < 600; round += 1) {
      const parts = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(random, pieces) ?? 'a')
      const start = pick(random, ['', '', '', '/', `${folder}/`, `${base}/`, './', '//'])
      const target = `${start}${parts.join('/')}`
      const outcome = await tools.run(folder, 'write', { path: target, content: 'x' }, never)
      if (!outcome.isError) written += 1
      const read = await tools.run(folder, 'read', { path: target }, never)
      expect(read.text, target).not.toContain('untouched')
    }
    expect(await outside()).toBe(before)
    expect(written).toBeGreaterThan(20)
  })
})

describe('random edits', () => {
  it('change their place and nothing else, with any mix of line ends', () => {
    const random = mulberry32(7)
    const fold = (text: string): string => text.replace(/\r\n/g, '\n')
    let edited = 0
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from({ length: 3 + Math.floor(random() * 30) }, () => pick(random, ['a', 'b', 'ü', '🙂', '\n', '\r\n', '\r\n', ' '])).join('')
      const folded = fold(text)
      const from = Math.floor(random() * folded.length)
      const old = folded.slice(from, from + 1 + Math.floor(random() * 8))
      const fresh = pick(random, ['', 'X', 'X\nY', '\n']) ?? ''
      if (old === fresh || folded.split(old).length !== 2) continue
      edited += 1
      const result = editText(text, { oldText: old, newText: fresh, replaceAll: false }, 'f').text
      expect(fold(result)).toBe(folded.replace(old, () => fresh))
      const [head = '', tail = ''] = folded.split(old)
      const headEnd = result.slice(0, text.length)
      // What stands before and after the place keeps its very bytes.
      const rawHead = text.slice(0, rawLength(text, head.length))
      const rawTail = text.slice(rawLength(text, head.length + old.length))
      expect(headEnd.startsWith(rawHead)).toBe(true)
      expect(result.endsWith(rawTail)).toBe(true)
      expect(fold(rawTail)).toBe(tail)
    }
    expect(edited).toBeGreaterThan(300)
  })
})

/** How many characters of `raw` make up the first `count` characters of its folded form. */
function rawLength(raw: string, count: number): number {
  let at = 0
  for (let folded = 0; folded < count; folded += 1) at += raw.startsWith('\r\n', at) ? 2 : 1
  return at
}
