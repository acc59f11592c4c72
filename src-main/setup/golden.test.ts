/** Every client on every golden folder: set up, set up again, taken back, with others editing in between. A fixture folder is a HOME before Setup. */
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import nodePath from 'node:path'
import { fileURLToPath } from 'node:url'
import { diffLines } from 'diff'
import { describe, expect, it } from 'vitest'
import { CLIENT_IDS, DEFAULT_CHOICES, type ClientChoices, type ClientId, type TokenWay } from '../../src-shared/domain/setup.ts'
import { TOKEN } from './testing/setup-deps.ts'
import { temporaryHome, testSetup, type TestSetup } from './testing/test-setup.ts'

const FIXTURES = nodePath.join(nodePath.dirname(fileURLToPath(import.meta.url)), 'fixtures')
const MUCH: ClientChoices = { model: null, fastModel: null, effort: 'high', freedom: 'folder', quiet: true, mcp: ['filesystem', 'memory'], skills: true }

const casesOf = (client: ClientId): string[] => (existsSync(nodePath.join(FIXTURES, client)) ? readdirSync(nodePath.join(FIXTURES, client)) : [])
const BROKEN = /^invalid/

/** Every file below a home but Portico's own, by path from the home. */
function filesIn(home: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const full = nodePath.join(entry.parentPath, entry.name)
    const relative = nodePath.relative(home, full)
    if (relative.startsWith(nodePath.join('.config', 'Portico')) || !statSync(full).isFile()) continue
    found.set(relative, readFileSync(full))
  }
  return found
}

function homeOf(client: ClientId, name: string): string {
  const home = temporaryHome()
  cpSync(nodePath.join(FIXTURES, client, name), home, { recursive: true })
  return home
}

async function apply({ setup }: TestSetup, client: ClientId, choices: ClientChoices, token: TokenWay): Promise<Awaited<ReturnType<TestSetup['setup']['apply']>>['clients'][number]> {
  const plan = await setup.plan({ clients: [{ id: client, choices }], token })
  const [done] = (await setup.apply(plan.id)).clients
  if (!done) throw new Error('no report')
  return done
}

const text = (bytes: Buffer | undefined): string => bytes?.toString('utf8') ?? ''
/** So that a last line without its break is not another line with it. */
const ended = (one: string): string => (one === '' || one.endsWith('\n') ? one : `${one}\n`)

describe.each([...CLIENT_IDS])('%s', (client) => {
  it('has golden folders', () => {
    expect(casesOf(client).length).toBeGreaterThan(2)
  })

  describe.each(['missing', ...casesOf(client)])('%s', (name) => {
    const start = (): string => (name === 'missing' ? temporaryHome() : homeOf(client, name))

    it.skipIf(!BROKEN.test(name))('is refused with line and column at plan already, and stays', async () => {
      const world = await testSetup({ home: start() })
      const before = filesIn(world.home)
      const plan = await world.setup.plan({ clients: [{ id: client, choices: MUCH }], token: 'file' })
      expect(plan.clients[0]?.refused).toMatchObject({ code: expect.stringMatching(/^setup\.(invalid-file|no-place)$/) as string, fields: { path: expect.stringContaining(world.home) as string, line: expect.any(Number) as number, column: expect.any(Number) as number } })
      expect((await world.setup.apply(plan.id)).clients[0]).toMatchObject({ outcome: 'refused' })
      expect(filesIn(world.home)).toEqual(before)
    })

    describe.skipIf(BROKEN.test(name)).each(['file', 'helper'] as const)('token by %s', (token) => {
      it('plan writes nothing; apply keeps every foreign line; again changes nothing; revert gives every byte back', async () => {
        const world = await testSetup({ home: start() })
        const before = filesIn(world.home)
        const plan = await world.setup.plan({ clients: [{ id: client, choices: MUCH }], token })
        expect(plan.clients[0]?.refused).toBeNull()
        expect(filesIn(world.home)).toEqual(before)
        expect(JSON.stringify(plan)).not.toContain(TOKEN)
        const [done] = (await world.setup.apply(plan.id)).clients
        expect(done).toMatchObject({ outcome: 'done', error: null })
        const after = filesIn(world.home)
        for (const [path, bytes] of before) {
          // A line goes only where a value of it was replaced, and the plan says so.
          const shown = plan.clients[0]?.files.find((file) => file.path === nodePath.join(world.home, path))
          const touched = (shown?.keys ?? []).filter(({ action }) => action === 'replace' || action === 'remove' || action === 'change').length
          const gone = diffLines(ended(text(bytes)), ended(text(after.get(path)))).filter((part) => part.removed).reduce((sum, part) => sum + part.count, 0)
          const inline = /\{.*\}|^\s*\[\s*\]/.test(text(bytes)) ? 3 : 0
          expect(gone, path).toBeLessThanOrEqual(touched + inline + (shown?.notes.length ?? 0))
        }
        for (const file of plan.clients[0]?.files ?? []) if (file.secret) expect(statSync(file.path).mode & 0o777).toBe(0o600)
        const holders = [...after].filter(([, bytes]) => bytes.includes(TOKEN)).map(([path]) => path)
        if (token === 'helper') expect(holders.filter(() => client === 'codex' || client === 'claude-code' || client === 'claude-desktop')).toEqual([])
        const backups = await world.setup.backups(client)
        expect(await apply(world, client, MUCH, token)).toMatchObject({ outcome: 'unchanged' })
        expect(filesIn(world.home)).toEqual(after)
        expect(await world.setup.backups(client)).toEqual(backups)
        const kept = nodePath.join(world.own, 'backups')
        for (const name of existsSync(kept) ? readdirSync(kept) : []) expect(statSync(nodePath.join(kept, name)).mode & 0o777).toBe(0o600)
        // Another program, a month later: the record alone knows.
        const later = await testSetup({ home: world.home, own: world.own })
        expect(await later.setup.revert([client])).toMatchObject([{ outcome: 'done', error: null }])
        expect([...filesIn(world.home)].map(([path, bytes]) => [path, text(bytes)])).toEqual([...before].map(([path, bytes]) => [path, text(bytes)]))
        expect(filesIn(world.home)).toEqual(before)
      })

      it('without the untouched copy revert gives the same bytes, key by key', async () => {
        const world = await testSetup({ home: start() })
        const before = filesIn(world.home)
        await apply(world, client, MUCH, token)
        // As if somebody had written the same bytes since: the way back through single keys.
        const { record } = world.deps
        const mine = record.get().clients[client]
        if (!mine) throw new Error('not set up')
        await record.set({ ...record.get(), clients: { [client]: { ...mine, files: mine.files.map((file) => ({ ...file, left: 'other' })) } } })
        await world.setup.revert([client])
        const dropsBom = client === 'claude-desktop' || client === 'gemini-cli'
        const clean = (bytes: Buffer): string => (dropsBom ? text(bytes).replace(/^\ufeff/, '') : text(bytes))
        expect([...filesIn(world.home)].map(([path, bytes]) => [path, clean(bytes)])).toEqual([...before].map(([path, bytes]) => [path, clean(bytes)]))
      })
    })

    it.skipIf(BROKEN.test(name))('other choices change only what they name, and fewer take keys back', async () => {
      const world = await testSetup({ home: start() })
      const before = filesIn(world.home)
      await apply(world, client, MUCH, 'file')
      await apply(world, client, { ...DEFAULT_CHOICES, quiet: false, mcp: ['memory'] }, 'helper')
      await apply(world, client, MUCH, 'helper')
      await apply(world, client, { ...DEFAULT_CHOICES, mcp: ['filesystem'] }, 'file')
      await world.setup.revert([client])
      expect([...filesIn(world.home)].map(([path, bytes]) => [path, text(bytes)])).toEqual([...before].map(([path, bytes]) => [path, text(bytes)]))
    })
  })

  it('follows a link, keeps it, and keeps the mode', async () => {
    const [name] = casesOf(client).filter((one) => !BROKEN.test(one))
    const home = homeOf(client, name ?? '')
    const [relative] = [...filesIn(home).keys()]
    if (relative === undefined) throw new Error('an empty golden folder')
    const file = nodePath.join(home, relative)
    mkdirSync(nodePath.join(home, 'dotfiles'))
    const real = nodePath.join(home, 'dotfiles', 'kept')
    renameSync(file, real)
    chmodSync(real, 0o640)
    symlinkSync(nodePath.relative(nodePath.dirname(file), real), file)
    const world = await testSetup({ home })
    const before = readFileSync(real)
    expect(await apply(world, client, MUCH, 'helper')).toMatchObject({ outcome: 'done' })
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect([0o640, 0o600]).toContain(statSync(real).mode & 0o777)
    await world.setup.revert([client])
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(real)).toEqual(before)
    expect(statSync(real).mode & 0o777).toBe(0o640)
  })

  it('a read-only file is refused, and the client’s other files stay as they were', async () => {
    const [name] = casesOf(client).filter((one) => !BROKEN.test(one))
    const home = homeOf(client, name ?? '')
    const world = await testSetup({ home })
    const plan = await world.setup.plan({ clients: [{ id: client, choices: MUCH }], token: 'file' })
    const changed = (plan.clients[0]?.files ?? []).filter(({ diff, exists }) => diff !== '' && exists)
    const [last] = changed.toReversed()
    if (!last) throw new Error('nothing would change')
    chmodSync(last.path, 0o444)
    const before = filesIn(home)
    const again = await world.setup.plan({ clients: [{ id: client, choices: MUCH }], token: 'file' })
    expect(again.clients[0]?.refused).toMatchObject({ code: 'setup.not-writable', fields: { path: last.path } })
    // It became read-only after the plan.
    const [done] = (await world.setup.apply(plan.id)).clients
    expect(done).toMatchObject({ outcome: 'refused', error: { code: 'setup.not-writable', fields: { path: last.path } } })
    expect(filesIn(home)).toEqual(before)
    expect(statSync(last.path).mode & 0o777).toBe(0o444)
  })
})
