/** The list of upstreams over a real store: adding, changing, finding, asking again, routes, and where keys are. */
import { describe, expect, it } from 'vitest'
import { HttpFailure } from '../http/failure.ts'
import type { Database } from '../store/database.ts'
import type { UpstreamPool } from './pool.ts'
import { deadPort, declared, json, listLog, memorySecrets, playUpstream, query, request, testDatabase, testPool, textOf, type PlayedUpstream } from './test-upstream.ts'

/** An OpenAI-compatible one that lists these models (the array may change). */
const listing = (models: string[], key?: string): Promise<PlayedUpstream> =>
  playUpstream((asked, response) => {
    if (key && asked.headers.authorization !== `Bearer ${key}`) json(response, 401, { error: 'bad key' })
    else if (asked.path === '/v1/models') json(response, 200, { data: models.map((id) => ({ id })) })
    else if (asked.path.endsWith('/models')) json(response, 404, {})
    else json(response, 200, { path: asked.path, by: asked.headers.authorization ?? null })
  })
const ollamaWith = (models: string[]): Promise<PlayedUpstream> =>
  playUpstream((asked, response) => json(response, 200, asked.path === '/api/tags' ? { models: models.map((name) => ({ name })) } : {}))
const toAdd = (name: string, baseUrl: string, more: Partial<Parameters<UpstreamPool['add']>[0]> = {}) => ({ name, kind: 'chat' as const, baseUrl, key: null, models: null, maxConcurrent: null, ...more })
const ids = (pool: UpstreamPool): string[] => pool.offered().map((model) => model.id)
const statusOf = (pool: UpstreamPool, id: string) => pool.status().find((each) => each.id === id)
const failure = (status: number, words: string) => ({ constructor: HttpFailure, status, message: expect.stringContaining(words) })

describe('adding', () => {
  it('begins with the practice responder alone, asks the server, and remembers it all', async () => {
    const upstream = await listing(['a', 'b'], 'sk-secret')
    const { pool, database, secrets, clock } = await testPool()
    expect(pool.status()).toMatchObject([{ id: 'offline', kind: 'practice', source: 'built-in', models: ['offline-practice', 'budget'], reachable: true, breaker: 'closed', keys: [] }])
    const added = await pool.add(toAdd('My Llama!', `${upstream.origin}/`, { key: ' sk-secret\n', models: ['given', 'b'], maxConcurrent: 3 }))
    expect(added).toMatchObject({ id: 'my-llama', kind: 'chat', source: 'added', url: `${upstream.origin}/v1`, maxConcurrent: 3 })
    const shown = { id: 'my-llama', base_url: `${upstream.origin}/v1`, models: ['given', 'b', 'a'], reachable: true, keys: [{ label: 'key', state: 'ok', until: null }], max_concurrent: 3 }
    expect(statusOf(pool, 'my-llama')).toMatchObject(shown)
    expect(ids(pool)).toEqual(['offline-practice', 'budget', 'given', 'b', 'a'])
    expect([...secrets.kept]).toEqual([['my-llama', 'sk-secret']])
    expect(JSON.stringify([await database.all('SELECT * FROM upstreams'), pool.status(), pool.all()])).not.toContain('sk-secret')

    const again = await testPool({ database, testSecrets: secrets, testClock: clock })
    const [target] = again.pool.resolve(query('a'))
    if (!target) throw new Error('no target')
    const answer = await again.pool.exchange(target, request())
    expect(JSON.parse(await textOf(answer.body))).toEqual({ path: '/v1/chat/completions', by: 'Bearer sk-secret' })
    expect(statusOf(again.pool, 'my-llama')).toMatchObject(shown)
  })
  it('an address that only lists below /v1 is taken with it; one that nobody answers is kept as it is', async () => {
    const upstream = await playUpstream((asked, response) => json(response, asked.path === '/proxy/v1/models' ? 200 : 404, { data: [{ id: 'x' }] }))
    const { pool } = await testPool()
    expect((await pool.add(toAdd('A', `${upstream.origin}/proxy`))).url).toBe(`${upstream.origin}/proxy/v1`)
    await expect(pool.add(toAdd('B', `${upstream.origin}/proxy/`))).rejects.toMatchObject(failure(400, 'in the list already'))
    const away = await pool.add(toAdd('C', `http://127.0.0.1:${await deadPort()}/x`))
    expect(statusOf(pool, away.id)).toMatchObject({ reachable: false, models: [], last_error: expect.stringContaining('nothing listens') })
  })
  it('refuses what cannot work, and stores nothing of it', async () => {
    const { pool, database, secrets } = await testPool()
    for (const [address, words] of [['file:///etc/passwd', 'http://'], ['http://u:p@127.0.0.1/v1', 'own field'], ['nonsense', 'cannot be read']] as const) {
      await expect(pool.add(toAdd('A', address))).rejects.toMatchObject(failure(400, words))
    }
    await expect(pool.add(toAdd('A', 'http://127.0.0.1:9', { key: 'a key with spaces' }))).rejects.toMatchObject(failure(400, 'characters'))
    expect([await database.all('SELECT id FROM upstreams'), secrets.kept.size]).toEqual([[], 0])
  })
  it('gives every one an id of its own', async () => {
    const { pool } = await testPool()
    pool.declare([declared({ id: 'same', url: 'http://a.invalid' })], [])
    const port = await deadPort()
    const made: string[] = []
    for (const [at, name] of ['Same', 'same', '…', 'Offline'].entries()) made.push((await pool.add(toAdd(name, `http://127.0.0.1:${port}/${at}`))).id)
    expect(made).toEqual(['same-2', 'same-3', 'upstream', 'offline-2'])
  })
  it('a server without a list is fine when names are given', async () => {
    const upstream = await playUpstream((_asked, response) => json(response, 404, {}))
    const { pool } = await testPool()
    await pool.add(toAdd('A', `${upstream.origin}/v1`, { models: ['m'] }))
    expect(statusOf(pool, 'a')).toMatchObject({ reachable: true, models: ['m'], last_error: null })
  })
})

describe('changing and removing', () => {
  it('name, address, key, models, limit', async () => {
    const [old, fresh] = [await listing(['old']), await listing(['new'], 'sk-2')]
    const { pool, secrets, database } = await testPool()
    await pool.add(toAdd('A', old.origin, { key: 'sk-1' }))
    await pool.change('a', { name: 'B', baseUrl: fresh.origin, key: 'sk-2', maxConcurrent: 2 })
    expect(statusOf(pool, 'a')).toMatchObject({ name: 'B', base_url: `${fresh.origin}/v1`, models: ['new'], max_concurrent: 2, reachable: true })
    expect(secrets.kept.get('a')).toBe('sk-2')
    await pool.change('a', { key: null, models: ['x'] })
    expect(statusOf(pool, 'a')).toMatchObject({ keys: [], reachable: false, models: ['x', 'new'], last_error: expect.stringContaining('refused its key') })
    expect(secrets.kept.size).toBe(0)
    const again = await testPool({ database, testSecrets: secrets })
    expect(statusOf(again.pool, 'a')).toMatchObject({ name: 'B', models: ['x', 'new'], max_concurrent: 2, keys: [] })
    await pool.change('a', { models: null, maxConcurrent: null })
    expect(statusOf(pool, 'a')).toMatchObject({ models: ['new'], max_concurrent: null })
  })
  it('stays in the list when the list is read while it is added', async () => {
    const database = await testDatabase()
    let release: () => void = () => {}
    let held: Promise<void> | null = null
    const slow: Database = {
      ...database,
      all: async (sql, ...values) => {
        const rows = await database.all<never>(sql, ...values)
        if (held && sql.includes('FROM upstreams')) await held
        return rows
      },
    }
    const { pool } = await testPool({ database: slow })
    held = new Promise((resolve) => (release = resolve))
    const reading = pool.refresh()
    const upstream = await listing(['x'], 'sk-right')
    await pool.add(toAdd('A', upstream.origin, { key: 'sk-wrong' }))
    held = null
    release()
    await reading
    expect(statusOf(pool, 'a')).toMatchObject({ reachable: false, last_error: expect.stringContaining('refused its key') })
  })
  it('only what was added; its key goes with it', async () => {
    const upstream = await listing(['x'])
    const { pool, secrets } = await testPool()
    pool.declare([declared({ url: 'http://a.invalid' })], [])
    await pool.add(toAdd('A', upstream.origin, { key: 'k' }))
    for (const [id, words] of [['offline', 'part of the gateway'], ['up', 'configuration']] as const) {
      await expect(pool.remove(id)).rejects.toMatchObject(failure(403, words))
      await expect(pool.change(id, { name: 'x' })).rejects.toMatchObject(failure(403, words))
    }
    await expect(pool.change('none', {})).rejects.toMatchObject(failure(404, 'No such upstream'))
    expect([await pool.remove('a'), await pool.remove('a')]).toEqual([true, false])
    expect([ids(pool), secrets.kept.size, pool.resolve(query('a/x'))[0]?.upstream.id]).toEqual([['offline-practice', 'budget'], 0, 'up'])
  })
})

describe('asking again', () => {
  it('after a minute and not before, all once, and keeps the models of one that is away', async () => {
    const models = ['one']
    const upstream = await listing(models)
    const { pool, clock } = await testPool()
    await pool.add(toAdd('A', upstream.origin))
    pool.declare([declared({ url: upstream.origin })], [])
    models.push('two')
    await Promise.all([pool.refresh(), pool.refresh()])
    expect([statusOf(pool, 'a')?.models, statusOf(pool, 'up')?.models, upstream.asked.length]).toEqual([['one'], ['one', 'two'], 2])
    clock.advance(60_000)
    await pool.refresh()
    expect(ids(pool)).toEqual(['offline-practice', 'budget', 'one', 'two', 'a/one', 'a/two'])
    await upstream.close()
    clock.advance(60_000)
    await pool.refresh()
    expect(statusOf(pool, 'a')).toMatchObject({ reachable: false, models: ['one', 'two'] })
    expect(statusOf(pool, 'up')).toMatchObject({ reachable: false, models: ['one', 'two'] })
  })
  it('does not take the answer of an address for another that came in its place meanwhile', async () => {
    let answer: () => void = () => {}
    const asked = new Promise<void>((resolve) => (answer = resolve))
    const old = await playUpstream((_asked, response) => {
      answer()
      answer = () => json(response, 200, { data: [{ id: 'of-the-old' }] })
    })
    const { pool } = await testPool({ discoveryLimit: 5000 })
    pool.declare([declared({ url: old.origin })], [])
    const refreshing = pool.refresh()
    await asked
    pool.declare([declared({ url: 'http://new.invalid' })], [])
    answer()
    await refreshing
    expect(statusOf(pool, 'up')).toMatchObject({ base_url: 'http://new.invalid/v1', models: [], reachable: null })
  })
  it('sees what another gateway process on the same store added and removed', async () => {
    const upstream = await listing(['x'])
    const mine = await testPool()
    const other = await testPool({ database: mine.database, testSecrets: mine.secrets })
    await other.pool.add(toAdd('A', upstream.origin))
    await other.pool.setRoutes([{ model: 'alias', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'a', model: 'x' }] }])
    await mine.pool.reload()
    expect(ids(mine.pool)).toEqual(['offline-practice', 'budget', 'x', 'alias'])
    await other.pool.change('a', { name: 'B' })
    await mine.pool.reload()
    expect(statusOf(mine.pool, 'a')?.name).toBe('B')
    await other.pool.remove('a')
    await mine.pool.reload()
    expect(ids(mine.pool)).toEqual(['offline-practice', 'budget'])
  })
})

describe('Ollama', () => {
  it('is found at its usual address, or not', async () => {
    const upstream = await ollamaWith(['qwen'])
    expect(await (await testPool({ ollamaUrl: `${upstream.origin}/v1` })).pool.detect()).toEqual({ baseUrl: upstream.origin, models: ['qwen'] })
    expect(await (await testPool()).pool.detect()).toBeNull()
  })
  it('appears by itself while it answers, unless the same server is in the list', async () => {
    const upstream = await ollamaWith(['qwen'])
    const { pool, clock } = await testPool({ autoOllama: true, ollamaUrl: upstream.origin })
    expect(pool.all().map((each) => each.id)).toEqual(['offline'])
    await pool.refresh()
    expect(statusOf(pool, 'ollama')).toMatchObject({ source: 'built-in', kind: 'ollama', models: ['qwen'], reachable: true, base_url: upstream.origin })
    expect(pool.resolve(query('qwen'))).toMatchObject([{ upstream: { id: 'ollama' }, model: 'qwen' }])
    expect(pool.resolve(query('unknown'))).toEqual([])
    await pool.add(toAdd('Ollama', upstream.origin.replace('127.0.0.1', 'localhost'), { kind: 'ollama' }))
    expect(pool.status().map((each) => [each.id, each.source])).toEqual([['offline', 'built-in'], ['ollama', 'added']])
    await pool.remove('ollama')
    expect(statusOf(pool, 'ollama')).toMatchObject({ source: 'built-in' })
    await upstream.close()
    clock.advance(60_000)
    await pool.refresh()
    expect(statusOf(pool, 'ollama')).toMatchObject({ reachable: false, models: ['qwen'] })
    clock.advance(600_000)
    await pool.refresh()
    expect(statusOf(pool, 'ollama')).toBeUndefined()
  })
})

describe('declarations', () => {
  it('come between built-in and added ones; unknown names go to the first of them', async () => {
    const upstream = await listing(['x'])
    const { pool } = await testPool()
    await pool.add(toAdd('A', upstream.origin))
    pool.declare([declared({ id: 'b', url: 'http://b.invalid', models: ['m'] }), declared({ id: 'c', url: 'http://c.invalid' })], [])
    expect(pool.all().map((each) => each.id)).toEqual(['offline', 'b', 'c', 'a'])
    expect(pool.resolve(query('gpt-unknown'))).toMatchObject([{ upstream: { id: 'b' }, model: 'gpt-unknown' }])
  })
  it('are refused whole when one of them cannot be used', async () => {
    const { pool } = await testPool()
    pool.declare([declared({ id: 'a', url: 'http://a.invalid' })], [])
    const good = declared({ id: 'b', url: 'http://b.invalid' })
    expect(() => pool.declare([good, declared({ id: 'c', url: 'ftp://c.invalid' })], [])).toThrow('The upstream “c” cannot be used: The address must begin with http')
    expect(() => pool.declare([good, good], [])).toThrow('two upstreams with the id “b”')
    expect(() => pool.declare([good, declared({ id: 'offline', url: 'http://c.invalid' })], [])).toThrow('two upstreams')
    expect(() => pool.declare([declared({ id: 'd', url: 'http://d.invalid', keys: ['a b'] })], [])).toThrow('The key “key 1” of the upstream “d”')
    expect(pool.all().map((each) => each.id)).toEqual(['offline', 'a'])
  })
})

describe('routes', () => {
  const route = (model: string, upstream: string, name: string) => ({ model, wires: null, modes: null, toolbox: null, targets: [{ upstream, model: name }] })
  it('of the person are kept, those of the configuration are shown as fixed', async () => {
    const { pool, database } = await testPool()
    pool.declare([declared({ id: 'a', url: 'http://a.invalid' })], [route('gpt-*', 'a', '*')])
    await pool.setRoutes([route('mine', 'offline', 'budget'), route('*-mini', 'a', 'small')])
    expect(pool.routes()).toEqual({ routes: [route('mine', 'offline', 'budget'), route('*-mini', 'a', 'small')], fixed: [route('gpt-*', 'a', '*')] })
    expect(pool.resolve(query('gpt-5-mini'))).toMatchObject([{ model: 'small' }])
    expect(pool.offered().find((model) => model.id === 'mine')).toMatchObject({ practice: true, billing: 'budget' })
    const again = await testPool({ database })
    expect(again.pool.routes().routes).toEqual(pool.routes().routes)
    expect(again.pool.resolve(query('mine'))).toMatchObject([{ upstream: { id: 'offline' }, model: 'budget' }])
    await pool.setRoutes([])
    expect(pool.routes().routes).toEqual([])
  })
  it('that cannot work are refused', async () => {
    const { pool } = await testPool()
    await expect(pool.setRoutes([route('*a*', 'offline', 'budget')])).rejects.toMatchObject(failure(400, 'more than one *'))
    await expect(pool.setRoutes([route('a', 'offline', 'x-*')])).rejects.toMatchObject(failure(400, 'is exact'))
    await expect(pool.setRoutes([route('a', 'gone', 'x')])).rejects.toMatchObject(failure(400, 'There is no upstream “gone”'))
    expect(pool.routes().routes).toEqual([])
  })
})

describe('keys of earlier versions', () => {
  async function oldDatabase(url: string) {
    const database = await testDatabase()
    await database.run(
      'INSERT INTO upstreams (id, name, base_url, key, models, has_key, created_at) VALUES (?, ?, ?, ?, ?, 1, 0)', 'upstream-Old1', 'Old', url, 'sk-old', '["llama"]',
    )
    return database
  }
  const inTable = async (database: Awaited<ReturnType<typeof testDatabase>>) => (await database.one<{ key: string | null }>('SELECT key FROM upstreams'))?.key
  const used = async (pool: UpstreamPool): Promise<unknown> => {
    const [target] = pool.resolve(query('Old/llama'))
    if (!target) throw new Error('no target')
    return JSON.parse(await textOf((await pool.exchange(target, request())).body))
  }
  it('move to the keychain and leave the table', async () => {
    const upstream = await listing(['llama'])
    const database = await oldDatabase(`${upstream.origin}/v1`)
    const { pool, secrets } = await testPool({ database })
    expect(await used(pool)).toMatchObject({ by: 'Bearer sk-old' })
    expect([await inTable(database), [...secrets.kept]]).toEqual([null, [['upstream-Old1', 'sk-old']]])
  })
  it('stay when the keychain does not hold what it took', async () => {
    const upstream = await listing(['llama'])
    const database = await oldDatabase(`${upstream.origin}/v1`)
    const { pool } = await testPool({ database, testSecrets: { ...memorySecrets(), set: async () => {} } })
    expect(await used(pool)).toMatchObject({ by: 'Bearer sk-old' })
    expect(await inTable(database)).toBe('sk-old')
  })
  it('stay where they are without a keychain, which is said, and work', async () => {
    const upstream = await listing(['llama'])
    const database = await oldDatabase(`${upstream.origin}/v1`)
    const log = listLog()
    const { pool } = await testPool({ database, log, testSecrets: { ...memorySecrets(), kind: async () => 'memory' } })
    expect(await used(pool)).toMatchObject({ by: 'Bearer sk-old' })
    expect(await inTable(database)).toBe('sk-old')
    expect(log.lines).toContainEqual({ event: 'upstream.key-stays-in-database', fields: { upstream: 'upstream-Old1', why: 'there is no keychain' } })
  })
})

describe('a key that is gone', () => {
  it('is asked for in plain words (it lived in memory, or on another computer)', async () => {
    const upstream = await listing(['x'])
    const { pool, database } = await testPool()
    await pool.add(toAdd('A', upstream.origin, { key: 'k' }))
    const again = await testPool({ database })
    await again.pool.refresh()
    expect(statusOf(again.pool, 'a')).toMatchObject({ keys: [], last_error: 'The key of the upstream “A” is not on this computer any more: enter it again' })
  })
  it('is read again later when the keychain did not give it', async () => {
    const upstream = await listing(['x'], 'k')
    const { pool, database, secrets, clock } = await testPool()
    await pool.add(toAdd('A', upstream.origin, { key: 'k' }))
    let isLocked = true
    const locked = { ...secrets, get: async (id: string) => (isLocked ? Promise.reject(new Error('locked')) : secrets.get(id)) }
    const again = await testPool({ database, testSecrets: locked, testClock: clock })
    await again.pool.refresh()
    expect(statusOf(again.pool, 'a')?.last_error).toBe('The system’s keychain does not give the key of the upstream “A”')
    isLocked = false
    await again.pool.refresh()
    expect(statusOf(again.pool, 'a')?.keys).toMatchObject([{ state: 'ok' }])
  })
})

it('tells that something changed, and only then', async () => {
  const upstream = await listing(['x'])
  let changes = 0
  const { pool, clock } = await testPool({ changed: () => void (changes += 1) })
  const count = async (work: () => Promise<unknown>): Promise<boolean> => {
    const before = changes
    await work()
    return changes > before
  }
  expect(await count(() => pool.add(toAdd('A', upstream.origin)))).toBe(true)
  expect(await count(() => pool.refresh())).toBe(false)
  clock.advance(60_000)
  expect(await count(() => pool.refresh())).toBe(false)
  expect(await count(() => pool.change('a', { name: 'B' }))).toBe(true)
  const [target] = pool.resolve(query('x'))
  if (!target) throw new Error('no target')
  const call = async () => textOf((await pool.exchange(target, request())).body)
  expect(await count(call)).toBe(false)
  await upstream.close()
  expect(await count(() => call().catch(() => {}))).toBe(true)
  expect(await count(() => call().catch(() => {}))).toBe(false)
  expect(await count(async () => pool.report(target, 'ok'))).toBe(false)
  expect(await count(async () => {
    for (let times = 0; times < 5; times += 1) pool.report(target, 'failed')
  })).toBe(true)
})
