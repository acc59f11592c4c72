import { mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { openJsonStore } from './json-store.ts'

const schema = z.object({ version: z.literal(1), name: z.string() })
const defaults = { version: 1 as const, name: 'nobody' }
const clock = { now: () => Date.UTC(2026, 10, 22, 1, 2, 3, 4) }
let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-json-'))
  file = path.join(folder, 'settings.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('starts from the defaults and gives back after a restart what was set', async () => {
  const first = await openJsonStore({ path: file, schema, defaults, clock })
  expect(first.recovered).toBeNull()
  expect(first.store.get()).toEqual(defaults)
  await first.store.set({ version: 1, name: 'Ada' })
  const second = await openJsonStore({ path: file, schema, defaults, clock })
  expect(second.store.get().name).toBe('Ada')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it.each([['half a file', '{"version":1,"na'], ['another version', '{"version":9,"name":"x"}'], ['an empty file', '']])(
  'keeps %s aside and says where', async (_what, text) => {
    await writeFile(file, text)
    const { store, recovered } = await openJsonStore({ path: file, schema, defaults, clock })
    expect(store.get()).toEqual(defaults)
    expect(recovered?.keptAt).toBe(`${file}.damaged-2026-11-22T01-02-03-004Z`)
    expect(await readFile(recovered?.keptAt ?? '', 'utf8')).toBe(text)
  })

it('does not claim a value that could not be written', async () => {
  const { store } = await openJsonStore({ path: path.join(file, 'inside-a-file.json'), schema, defaults, clock })
  await writeFile(file, 'a file where a folder should be')
  await expect(store.set({ version: 1, name: 'lost' })).rejects.toMatchObject({ code: 'storage.failed' })
  expect(store.get().name).toBe('nobody')
})

it('says when the file is there and cannot be read', async () => {
  await mkdir(file)
  await expect(openJsonStore({ path: file, schema, defaults, clock })).rejects.toMatchObject({ code: 'storage.failed' })
})
