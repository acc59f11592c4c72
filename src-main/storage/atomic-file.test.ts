import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { createAtomicWriter, removeLeftovers, writeFileAtomic, type AtomicFileSystem } from './atomic-file.ts'

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** A file system in memory that fails as told. */
function memorySystem(failures: { write?: string; rename?: string[] } = {}) {
  const files = new Map<string, string>()
  const waits: number[] = []
  const renames = [...(failures.rename ?? [])]
  const system: AtomicFileSystem = {
    async writeDurably(file, data) {
      files.set(file, 'half')
      if (failures.write) throw coded(failures.write)
      files.set(file, String(data))
    },
    async rename(from, to) {
      const failure = renames.shift()
      if (failure) throw coded(failure)
      files.set(to, files.get(from) ?? '')
      files.delete(from)
    },
    async remove(file) {
      files.delete(file)
    },
    async makeFolder() {},
    async modeOf() {
      return undefined
    },
    async delay(ms) {
      waits.push(ms)
    },
  }
  return { system, files, waits }
}

describe('the atomic writer', () => {
  it('says that the disk is full and leaves the old file and no temporary one', async () => {
    const { system, files } = memorySystem({ write: 'ENOSPC' })
    files.set('/data/a.json', 'old')
    const error = await createAtomicWriter(system)('/data/a.json', 'new').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'storage.disk-full', fields: { path: '/data/a.json' } })
    expect([...files]).toEqual([['/data/a.json', 'old']])
  })

  it('tries again while another program holds the file', async () => {
    const { system, files, waits } = memorySystem({ rename: ['EBUSY', 'EPERM', 'EACCES'] })
    await createAtomicWriter(system)('/data/a.json', 'new')
    expect([...files]).toEqual([['/data/a.json', 'new']])
    expect(waits).toEqual([10, 20, 40])
  })

  it('gives up on a lock that stays, with the reason', async () => {
    const { system, files } = memorySystem({ rename: Array.from({ length: 20 }, () => 'EPERM') })
    const error = await createAtomicWriter(system)('/data/a.json', 'new').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'storage.failed', fields: { reason: 'EPERM' } })
    expect(files.size).toBe(0)
  })

  it('keeps the order of writes to one path, also after a failed one', async () => {
    const { system, files } = memorySystem({ rename: ['EIO'] })
    const write = createAtomicWriter(system)
    const first = write('/data/a.json', '1').catch((thrown: unknown) => thrown)
    const others = [write('/data/a.json', '2'), write('/data/../data/a.json', '3')]
    expect(await first).toMatchObject({ code: 'storage.failed' })
    await Promise.all(others)
    expect(files.get('/data/a.json')).toBe('3')
  })
})

describe('writeFileAtomic on a real disk', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'portico-atomic-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('makes the folder, sets the mode, and leaves nothing else behind', async () => {
    const file = path.join(folder, 'deep/er/secret')
    await writeFileAtomic(file, new Uint8Array([104, 105]), { mode: 0o600 })
    expect(await readFile(file, 'utf8')).toBe('hi')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(path.dirname(file))).toEqual(['secret'])
  })

  it('keeps the mode of a file it replaces', async () => {
    const file = path.join(folder, 'tool.sh')
    await writeFile(file, 'old')
    await chmod(file, 0o755)
    await writeFileAtomic(file, 'new')
    expect((await stat(file)).mode & 0o777).toBe(0o755)
  })

  it('ends with the last of many writes asked at once', async () => {
    const file = path.join(folder, 'busy.json')
    await Promise.all(Array.from({ length: 25 }, (_, n) => writeFileAtomic(file, String(n))))
    expect(await readFile(file, 'utf8')).toBe('24')
    expect(await readdir(folder)).toEqual(['busy.json'])
  })

  it('clears away what a write that broke off left, and nothing else', async () => {
    const file = path.join(folder, 'a.txt')
    const others = ['a.txt', 'a.txt.tmp', 'a.txt.0123456789AB.tmp', 'a.txt.0123456789abc.tmp', 'b.txt.0123456789ab.tmp', 'xa.txt.0123456789ab.tmp']
    for (const name of [...others, 'a.txt.0123456789ab.tmp']) await writeFile(path.join(folder, name), 'x')
    await mkdir(path.join(folder, 'a.txt.ba9876543210.tmp'))
    await removeLeftovers(file, Date.now())
    expect(await readdir(folder)).toHaveLength(others.length + 2)
    await removeLeftovers(file, Date.now() + 10_000)
    expect((await readdir(folder)).toSorted()).toEqual([...others, 'a.txt.ba9876543210.tmp'].toSorted())
    await removeLeftovers(path.join(folder, 'none', 'a.txt'), Date.now())
  })
})
