/** Sessions and tickets of the approval page, on both stores: known to every gateway of one store, once, for a while, and never in the clear. */
import { expect, it } from 'vitest'
import { randomIds } from '../machine.ts'
import { testClock } from '../testing/test-machine.ts'
import { addAccount, describeStores } from '../testing/test-stores.ts'
import { createPageSessions } from './page-sessions.ts'

describeStores('page sessions', (fresh) => {
  const open = async () => {
    const database = await (await fresh()).open()
    await addAccount(database, 'ada', 0)
    const clock = testClock()
    return { database, clock, here: createPageSessions(database, clock, randomIds), there: createPageSessions(database, clock, randomIds) }
  }
  it('are known to every gateway of the store until they end or expire', async () => {
    const { clock, here, there } = await open()
    const { cookie, session } = await here.create('ada')
    expect(await there.find(cookie)).toEqual(session)
    expect([there.csrfMatches(session, session.csrf), there.csrfMatches(session, cookie), there.csrfMatches(session, '')]).toEqual([true, false, false])
    expect([await there.find(null), await there.find(`${cookie}x`), await there.find(session.csrf)]).toEqual([null, null, null])
    const stranger = await here.create(null)
    expect(await there.find(stranger.cookie)).toMatchObject({ accountId: null })
    await there.end(stranger.cookie)
    expect([await here.find(stranger.cookie), (await here.find(cookie))?.accountId]).toEqual([null, 'ada'])
    clock.advance(15 * 60_000 - 1)
    expect(await there.find(cookie)).toEqual(session)
    clock.advance(1)
    expect(await there.find(cookie)).toBeNull()
    expect([await there.sweep(), await there.sweep()]).toEqual([1, 0])
  })
  it('begin with a ticket that one gateway makes and any other takes, once, within a minute', async () => {
    const { clock, here, there } = await open()
    const ticket = await here.issueTicket('ada')
    expect(await there.find(ticket)).toBeNull()
    const taken = await Promise.all([here, there, here, there].map((one) => one.useTicket(ticket)))
    expect(taken.filter((one) => one !== null)).toEqual(['ada'])
    expect(await here.useTicket(ticket)).toBeNull()
    const late = await here.issueTicket('ada')
    clock.advance(60_000)
    expect(await there.useTicket(late)).toBeNull()
    const { cookie } = await here.create('ada')
    expect(await there.useTicket(cookie)).toBeNull()
    expect(await there.find(cookie)).not.toBeNull()
  })
  it('are kept as hashes only, and a thousand strangers push out strangers, nobody who signed in', async () => {
    const { database, clock, here } = await open()
    const known = [await here.create('ada'), await here.create(null)].map((one) => one.cookie)
    const ticket = await here.issueTicket('ada')
    const kept = JSON.stringify(await database.all('SELECT * FROM page_sessions'))
    for (const secret of [...known, ticket]) expect(kept).not.toContain(secret)
    clock.advance(1)
    await database.transaction(async (tx) => {
      for (let index = 0; index < 999; index += 1) await tx.run(`INSERT INTO page_sessions (hash, kind, account_id, expires_at) VALUES (?, 'session', NULL, ?)`, `h${index}`, clock.now() + 900_000)
    })
    const newest = await here.create(null)
    expect([await here.find(known[0] ?? ''), await here.find(known[1] ?? ''), await here.find(newest.cookie)]).toEqual([expect.anything(), null, expect.anything()])
    expect(await database.one('SELECT count(*) AS n FROM page_sessions WHERE account_id IS NULL')).toEqual({ n: 1000 })
  })
})
