/** What a person added survives on both stores. */
import { expect, it } from 'vitest'
import { describeStores } from '../testing/test-stores.ts'
import { createStoredUpstreams } from './stored-upstreams.ts'
import { httpUpstream } from './upstream-defaults.ts'

describeStores('stored upstreams', (fresh) => {
  it('and routes come back in their order, changed and removed as told', async () => {
    const store = await fresh()
    const database = await store.open()
    const stored = createStoredUpstreams(database)
    const first = httpUpstream({ id: 'z', name: 'Zuerst “1”', kind: 'messages', url: 'https://a.example', source: 'added', models: ['m'], maxConcurrent: 4 })
    const second = httpUpstream({ id: 'a', name: 'Second', kind: 'ollama', url: 'http://127.0.0.1:11434', source: 'added' })
    const row = { hasKey: false, oldKey: null, listed: [{ id: 'x', contextWindow: 8192 }, { id: 'y', contextWindow: null }], reachable: true, askedAt: 5 }
    await stored.add({ ...row, definition: first, hasKey: true }, 1)
    await stored.add({ ...row, definition: second, reachable: null, askedAt: null, listed: [] }, 1)
    expect(await stored.all()).toEqual([{ ...row, definition: first, hasKey: true }, { ...row, definition: second, reachable: null, askedAt: null, listed: [] }])
    await stored.found('a', true, [{ id: 'q', contextWindow: 1 }], 9)
    await stored.found('z', false, null, 8)
    await stored.update({ ...row, definition: { ...first, name: 'New', models: null, maxConcurrent: null }, reachable: false, askedAt: 8 })
    expect(await stored.all()).toMatchObject([
      { definition: { name: 'New', models: null, maxConcurrent: null }, hasKey: false, listed: row.listed, reachable: false, askedAt: 8 }, { listed: [{ id: 'q', contextWindow: 1 }], reachable: true, askedAt: 9 },
    ])
    const route = (model: string) => ({ model, wires: ['messages' as const], modes: null, toolbox: 'budget' as const, targets: [{ upstream: 'a', model: 'q' }] })
    const routes = Array.from({ length: 12 }, (_each, at) => route(`m${at}`))
    await stored.setRoutes(routes)
    expect(await stored.routes()).toEqual(routes)
    await stored.setRoutes([route('only')])
    expect(await stored.routes()).toEqual([route('only')])
    expect([await stored.remove('z'), await stored.remove('z')]).toEqual([true, false])
    await database.close()
    const again = createStoredUpstreams(await store.open())
    expect([(await again.all()).map((each) => each.definition.id), await again.routes()]).toEqual([['a'], [route('only')]])
  })
  it('of earlier versions: names alone, and a key in the table until it has moved', async () => {
    const database = await (await fresh()).open()
    await database.run('INSERT INTO upstreams (id, name, base_url, key, models, has_key, created_at) VALUES (?, ?, ?, ?, ?, 1, 0)', 'o', 'Old', 'http://127.0.0.1:9/v1', 'sk', '["llama"]')
    const stored = createStoredUpstreams(database)
    expect(await stored.all()).toMatchObject([{ definition: { id: 'o', kind: 'chat', models: null }, oldKey: 'sk', hasKey: true, listed: [{ id: 'llama', contextWindow: null }] }])
    await stored.oldKeyMoved('o')
    expect(await stored.all()).toMatchObject([{ oldKey: null, hasKey: true }])
  })
})
