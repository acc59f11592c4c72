/** Several real gateway processes on one real PostgreSQL, behind a load balancer: under load, killed, ended one after the other, and with the store gone for a while. */
import { describe, expect, it } from 'vitest'
import { ADMIN_ROUTES, createdKeySchema, gatewayAccountSchema } from '../../src-shared/http/gateway-admin.ts'
import { audit } from '../ledger/audit.ts'
import { CALL_COST, callModel, say, startFleet, WIRES, type CallEnd, type Fleet } from '../testing/test-fleet.ts'
import { usePostgresServer } from '../testing/test-postgres.ts'
import { PROCESS_TIMEOUT } from '../testing/test-process.ts'

const postgres = usePostgresServer()
const WAIT = { timeout: 40_000, interval: 50 }
const CLIENTS = 50

async function newKey({ ask, members: [first] }: Fleet, body: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const made = await ask(first ?? { url: '' }, 'POST', ADMIN_ROUTES.keys, { label: 'a test', ...body })
  const { key, secret } = createdKeySchema.parse(made.json)
  return { id: key.id, secret }
}

/** The books add up, nothing is held any more, and no request was charged twice. */
async function expectSound({ database }: Fleet): Promise<void> {
  await expect.poll(() => database.one(`SELECT count(*) AS open, (SELECT sum(reserved_micro) FROM accounts) AS held FROM receipts WHERE status = 'pending'`), WAIT).toEqual({ open: 0, held: 0 })
  expect((await audit(database)).problems).toEqual([])
  expect(await database.all(`SELECT request_id FROM receipts WHERE status = 'charged' GROUP BY request_id HAVING count(*) > 1`)).toEqual([])
  expect(await database.all('SELECT id FROM accounts WHERE balance_micro < 0')).toEqual([])
}

/** What the requests whose whole answer arrived were charged. */
const chargedOf = async ({ database }: Fleet, requestIds: readonly string[]) =>
  new Map((await database.all<{ request_id: string; charged: number }>(`SELECT request_id, charged_micro AS charged FROM receipts WHERE status = 'charged'`)).filter((row) => requestIds.includes(row.request_id)).map((row) => [row.request_id, row.charged]))

/** Each client makes its calls one after the other. */
async function crowd(clients: number, calls: number, one: (client: number, call: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let call = 0; call < calls; call += 1) await one(client, call)
  }))
}

describe('several gateways', { timeout: PROCESS_TIMEOUT }, () => {
  it('50 clients on all wires, some hanging up, one gateway killed in the middle: every book adds up, nothing is charged twice or beyond a cap', async () => {
    const fleet = await startFleet(await postgres().newDatabase())
    const { database, balancer, members, ask } = fleet
    const [first] = members
    if (!first) throw new Error('no gateway')
    const [credit, cap] = [50_000, 60_000]
    const ada = gatewayAccountSchema.parse((await ask(first, 'POST', ADMIN_ROUTES.accounts, { username: 'ada', display_name: 'Ada', password: 'a long password', credit_micro_usd: credit })).json)
    const [free, capped, poor] = [await newKey(fleet), await newKey(fleet, { budgets: { day: cap } }), await newKey(fleet, { account_id: ada.id })]
    const ends = new Map<string, CallEnd>()
    const killing: Promise<void>[] = []
    await crowd(CLIENTS, 5, async (client, call) => {
      if (ends.size >= 100 && killing.length === 0) {
        members[1]?.process.child.kill('SIGKILL')
        killing.push((async () => {
          await members[1]?.process.exit
          await fleet.restart(1)
        })())
      }
      const requestId = `r-${client}-${call}`
      const { secret } = [free, capped, poor][client % 3] ?? free
      ends.set(requestId, await callModel({ url: balancer.url, token: secret }, WIRES[(client + call) % 3] ?? 'messages', { stream: (client + call) % 2 === 0, hangsUp: (client * 7 + call) % 9 === 0, requestId }))
    })
    await Promise.all(killing)
    const whole = [...ends].filter(([, end]) => end.kind === 'answered' && end.status === 200).map(([id]) => id)
    const refused = [...ends.values()].flatMap((end) => (end.kind === 'answered' && end.status !== 200 ? [`${end.status} ${end.code}`] : []))
    // Refused for their money, or on their way to the gateway that was killed; nothing else.
    expect(refused.filter((one) => !['402 budget_exceeded', '402 insufficient_credits', '502 null'].includes(one))).toEqual([])
    for (const reason of ['402 budget_exceeded', '402 insufficient_credits']) expect(refused).toContain(reason)
    expect(whole.length).toBeGreaterThan(60)
    expect([...balancer.answered.values()].filter((count) => count > 10).length).toBeGreaterThanOrEqual(3)
    // What the killed one left is held until its lease is over, and free soon after.
    await expect.poll(async () => (await database.all(`SELECT DISTINCT instance_id FROM receipts WHERE status = 'pending'`)).length, WAIT).toBeLessThanOrEqual(1)
    const left = await database.one<{ n: number; id: string | null }>(`SELECT count(*) AS n, max(instance_id) AS id FROM receipts WHERE status = 'pending'`)
    expect(left?.n).toBeGreaterThan(0)
    await database.run('UPDATE instances SET expires_at = 0 WHERE id = ?', left?.id ?? '')
    await expectSound(fleet)
    expect(await database.one(`SELECT count(*) AS n, sum(charged_micro) AS charged FROM receipts WHERE instance_id = ? AND outcome = 'interrupted'`, left?.id ?? '')).toEqual({ n: left?.n, charged: 0 })
    const charged = await chargedOf(fleet, whole)
    expect(whole.filter((id) => !charged.has(id))).toEqual([])
    const spent = await database.one<{ spent: number }>('SELECT spent_micro AS spent FROM spend WHERE key_id = ? AND day = -1', capped.id)
    // What the killed one held was nobody's for a while, so the rest may be some calls' worth.
    expect(spent?.spent).toBeGreaterThan(cap / 2)
    expect(spent?.spent).toBeLessThanOrEqual(cap)
    expect((await database.one<{ left: number }>('SELECT balance_micro AS left FROM accounts WHERE id = ?', ada.id))?.left).toBeLessThan(credit / 2)
  })

  it('ended and started one after the other under load: a client that tries once more notices nothing', async () => {
    const fleet = await startFleet(await postgres().newDatabase())
    const { balancer, members } = fleet
    const { secret } = await newKey(fleet)
    const failed: string[] = []
    const answered: string[] = []
    let isOver = false
    const clients = crowd(12, 1, async (client) => {
      for (let call = 0; !isOver; call += 1) {
        const requestId = `r-${client}-${call}`
        const once = (again: string): Promise<CallEnd> => callModel({ url: balancer.url, token: secret }, WIRES[(client + call) % 3] ?? 'messages', { stream: call % 2 === 0, requestId: requestId + again })
        const isGood = (end: CallEnd): boolean => end.kind === 'answered' && end.status === 200
        let end = await once('')
        let id = requestId
        if (!isGood(end)) {
          id += '-again'
          end = await once('-again')
        }
        if (isGood(end)) answered.push(id)
        else failed.push(`${id} ${JSON.stringify(end)}`)
      }
    })
    for (const index of members.keys()) {
      const before = answered.length
      await expect.poll(() => answered.length, WAIT).toBeGreaterThan(before + 20)
      const member = members[index]
      member?.process.child.kill('SIGTERM')
      expect(await member?.process.exit).toBe(0)
      await fleet.restart(index)
    }
    isOver = true
    await clients
    expect(failed).toEqual([])
    await expectSound(fleet)
    const charged = await chargedOf(fleet, answered)
    expect(answered.filter((id) => charged.get(id) !== CALL_COST)).toEqual([])
    expect(await fleet.database.one('SELECT count(*) AS n FROM instances')).toEqual({ n: 3 })
  })

  it('while PostgreSQL is away calls are told so, streams end well, and afterwards everything is charged that was answered, once', async () => {
    const fleet = await startFleet(await postgres().newDatabase(), 2)
    const { balancer, members, ask, upstreams } = fleet
    const { secret } = await newKey(fleet)
    const at = { url: balancer.url, token: secret }
    // Streams that begin before the store goes, and end while it is away.
    let finish = (): void => undefined
    const held = new Promise<void>((resolve) => (finish = resolve))
    fleet.play(async ({ stream }) => {
      if (!stream) await held
      return say('a long answer', stream ? { delayMs: 250 } : {})
    })
    const running = WIRES.flatMap((wire) => [true, false].map((stream) => ({ id: `${wire}-${stream}`, end: callModel(at, wire, { stream, requestId: `${wire}-${stream}`, more: wire === 'responses' ? { store: false } : {} }) })))
    // One whose answer is to be kept cannot end well without the store.
    const kept = callModel(at, 'responses', { stream: true, requestId: 'kept' })
    await expect.poll(() => upstreams.reduce((sum, one) => sum + one.open(), 0), WAIT).toBe(7)
    const comeBack = await postgres().goAway()
    finish()
    const refusals = await Promise.all(members.flatMap(({ url }) => WIRES.map((wire) => callModel({ url, token: secret }, wire, { requestId: `away-${wire}` }))))
    for (const end of refusals) expect(end).toMatchObject({ kind: 'answered', status: 503, code: 'store_unavailable' })
    for (const { url, token } of members) {
      const told = await ask({ url, token }, 'GET', '/api/v1/me')
      expect([told.status, told.headers.get('retry-after')]).toEqual([503, '2'])
      expect((await ask({ url }, 'GET', '/health/ready')).status).toBe(503)
      expect((await ask({ url }, 'GET', '/health')).status).toBe(200)
    }
    for (const { id, end } of running) expect([id, await end]).toMatchObject([id, { kind: 'answered', status: 200 }])
    expect((await kept).kind).toBe('broke')
    await comeBack()
    await expect.poll(() => callModel(at, 'messages', {}), WAIT).toMatchObject({ status: 200 })
    await expectSound(fleet)
    const charged = await chargedOf(fleet, [...running.map((one) => one.id), 'kept'])
    expect(Object.fromEntries(charged)).toEqual(Object.fromEntries(running.map(({ id }) => [id, CALL_COST])))
    expect(await fleet.database.all(`SELECT request_id FROM receipts WHERE request_id LIKE 'away-%'`)).toEqual([])
    for (const { process } of members) expect(process.child.exitCode).toBeNull()
  })
})
