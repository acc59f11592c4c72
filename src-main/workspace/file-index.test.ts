import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileIndex } from './file-index.ts'

let folder = ''
let now = 0
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-index-'))
  for (const file of ['src/chat/view.ts', 'src/other.ts', 'dist/view.js', '.gitignore']) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), file === '.gitignore' ? 'dist/\n' : 'x')
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('finds files that are not ignored, and a new one after a moment', async () => {
  const index = createFileIndex({ now: () => now })
  expect(await index.find(folder, 'view', 10)).toEqual(['src/chat/view.ts'])
  writeFileSync(path.join(folder, 'src/view-two.ts'), 'x')
  expect(await index.find(folder, 'view', 10)).toHaveLength(1)
  now += 20_000
  expect(await index.find(folder, 'view', 10)).toContain('src/view-two.ts')
})
it('finds nothing where there is no folder', async () => {
  expect(await createFileIndex({ now: () => now }).find(path.join(folder, 'gone'), 'a', 10)).toEqual([])
})
