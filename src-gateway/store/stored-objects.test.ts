/** Stored answers are found by their account only, listed page by page, filtered, changed, deleted, and gone in time. */
import { expect, it } from 'vitest'
import { testClock } from '../testing/test-machine.ts'
import { addAccount, describeStores } from '../testing/test-stores.ts'
import { createStoredObjects, type ListQuery, type StoredObject, type StoredObjects } from './stored-objects.ts'

const ALL: ListQuery = { limit: 100, order: 'asc', after: null, model: null, metadata: {} }

describeStores('stored objects', (fresh) => {
  const clock = testClock()
  const open = async (): Promise<StoredObjects> => {
    const database = await (await fresh()).open()
    for (const account of ['a', 'b']) await addAccount(database, account, 0)
    return createStoredObjects(database, clock)
  }
  const object = (id: string, more: Partial<StoredObject> = {}): StoredObject => ({
    accountId: 'a', kind: 'chat', id, body: '{"text":"nul \\u0000"}', input: '[]', metadata: {}, model: 'm', upstreamId: null, createdAt: clock.now(), expiresAt: null, ...more,
  })
  const ids = async (objects: StoredObjects, query: Partial<ListQuery>): Promise<string[]> => (await objects.list('a', 'chat', { ...ALL, ...query })).items.map((one) => one.id)

  it('belong to one account and one kind, and a second put replaces the first in its place', async () => {
    const objects = await open()
    const first = object('x', { metadata: { topic: 'demo' }, upstreamId: 'u', expiresAt: clock.now() + 5 })
    await objects.put(first)
    await objects.put(object('y'))
    await objects.put(object('x', { accountId: 'b', body: '{}' }))
    expect(await objects.get('a', 'chat', 'x')).toEqual(first)
    expect([await objects.get('a', 'response', 'x'), await objects.get('a', 'chat', 'z')]).toEqual([null, null])
    await objects.put({ ...first, body: '{"v":2}' })
    expect(await objects.get('a', 'chat', 'x')).toEqual({ ...first, body: '{"v":2}' })
    expect(await ids(objects, {})).toEqual(['x', 'y'])
  })
  it('are changed only as they were read: of several who would change one, one does', async () => {
    const objects = await open()
    await objects.put(object('x', { body: '{"v":1}' }))
    const read = await objects.get('a', 'chat', 'x')
    if (!read) throw new Error('it is there')
    const changed = await Promise.all(['{"v":2}', '{"v":3}', '{"v":4}'].map((body) => objects.change(read, body)))
    expect(changed.filter(Boolean)).toHaveLength(1)
    expect(await objects.get('a', 'chat', 'x')).toEqual({ ...read, body: `{"v":${changed.indexOf(true) + 2}}` })
    expect(await objects.change({ ...read, accountId: 'b' }, '{}')).toBe(false)
    const now = await objects.get('a', 'chat', 'x')
    await objects.remove('a', 'chat', 'x')
    expect([now && (await objects.change(now, '{}')), await objects.get('a', 'chat', 'x')]).toEqual([false, null])
  })
  it('are listed page by page in both directions', async () => {
    const objects = await open()
    for (const id of ['1', '2', '3', '4', '5']) await objects.put(object(id))
    const page = await objects.list('a', 'chat', { ...ALL, limit: 2, after: '2' })
    expect([page.items.map((one) => one.id), page.hasMore]).toEqual([['3', '4'], true])
    expect(await objects.list('a', 'chat', { ...ALL, limit: 2, after: '4' })).toMatchObject({ items: [{ id: '5' }], hasMore: false })
    expect(await ids(objects, { order: 'desc', after: '3' })).toEqual(['2', '1'])
    expect(await ids(objects, { after: 'gone' })).toEqual([])
  })
  it('are filtered by model and by all metadata pairs, whatever the keys look like', async () => {
    const objects = await open()
    await objects.put(object('1', { metadata: { topic: 'demo', '$.a"b?': 'x' } }))
    await objects.put(object('2', { metadata: { topic: 'demo' }, model: 'other' }))
    await objects.put(object('3', { metadata: { topic: 'nul \0', 'k\0': '' } }))
    expect(await ids(objects, { metadata: { topic: 'demo' } })).toEqual(['1', '2'])
    expect(await ids(objects, { metadata: { topic: 'demo', '$.a"b?': 'x' } })).toEqual(['1'])
    expect(await ids(objects, { metadata: { topic: 'demo' }, model: 'other' })).toEqual(['2'])
    expect(await ids(objects, { metadata: { topic: 'Demo' } })).toEqual([])
  })
  it('can be given new metadata and deleted, once', async () => {
    const objects = await open()
    await objects.put(object('1'))
    expect(await objects.setMetadata('a', 'chat', '1', { a: 'b' })).toBe(true)
    expect((await objects.get('a', 'chat', '1'))?.metadata).toEqual({ a: 'b' })
    expect(await objects.setMetadata('b', 'chat', '1', {})).toBe(false)
    expect([await objects.remove('b', 'chat', '1'), await objects.remove('a', 'chat', '1'), await objects.remove('a', 'chat', '1')]).toEqual([false, true, false])
  })
  it('are gone the moment they expire, and swept away later', async () => {
    const objects = await open()
    await objects.put(object('1', { expiresAt: clock.now() + 1000 }))
    await objects.put(object('2'))
    clock.advance(999)
    expect(await ids(objects, {})).toEqual(['1', '2'])
    expect(await objects.sweep()).toBe(0)
    clock.advance(1)
    expect(await objects.get('a', 'chat', '1')).toBeNull()
    expect(await objects.setMetadata('a', 'chat', '1', {})).toBe(false)
    expect([await objects.sweep(), await ids(objects, {})]).toEqual([1, ['2']])
  })
})
