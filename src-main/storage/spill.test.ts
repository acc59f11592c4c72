/** Long results: short for the model, whole in a private file. */
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capText } from './cap-text.ts'
import { createSpill, sweepSpill } from './spill.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-spill-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('capText', () => {
  it('cuts between lines when one ends near, and never inside a character', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`).join('\n')
    expect(capText(Buffer.from(lines), 200, 'note')).toMatch(/^line 0\n[^]*\nline \d+\n\[… \d+ bytes left out; note …\]\nline \d+\n[^]*line 99$/)
    for (let limit = 20; limit < 40; limit += 1) expect(capText(Buffer.from('🙂'.repeat(100)), limit, 'n')).not.toContain('\uFFFD')
    expect(capText(Buffer.from('short'), 5, 'n')).toBe('short')
  })
})

describe('the spill', () => {
  it('leaves short text alone and keeps long text once, for its owner only', async () => {
    const spill = createSpill(path.join(folder, 'out'), 1000)
    expect(await spill.text('kurz ü')).toEqual({ text: 'kurz ü', bytes: 7, spilledTo: null })
    const long = 'x'.repeat(5000)
    const first = await spill.text(long)
    expect(first).toEqual(await spill.text(long))
    expect(first.bytes).toBe(5000)
    expect(await readFile(first.spilledTo ?? '', 'utf8')).toBe(long)
    expect((await stat(first.spilledTo ?? '')).mode & 0o777).toBe(0o600)
    expect((await stat(path.join(folder, 'out'))).mode & 0o777).toBe(0o700)
  })
  it('still gives the text when there is no place for the file', async () => {
    await writeFile(path.join(folder, 'file'), '')
    const capped = await createSpill(path.join(folder, 'file', 'below'), 1000).text('y'.repeat(5000))
    expect(capped.spilledTo).toBeNull()
    expect(capped.text).toContain('could not be kept')
  })
  it('is swept by age', async () => {
    await writeFile(path.join(folder, 'old.txt'), '')
    await writeFile(path.join(folder, 'new.txt'), '')
    await utimes(path.join(folder, 'old.txt'), 1, 1)
    await sweepSpill(folder, Date.now(), 3_600_000)
    await expect(stat(path.join(folder, 'old.txt'))).rejects.toThrow()
    await stat(path.join(folder, 'new.txt'))
    await sweepSpill(path.join(folder, 'none'), 0, 0)
  })
})
