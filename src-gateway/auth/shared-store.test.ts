/** Several gateways over one PostgreSQL: a key, an account, a budget or a page of usage is the same at each of them, and what is taken away is gone at all at once. */
import { expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { ADMIN_ROUTES, keyRoute } from '../../src-shared/http/gateway-admin.ts'
import { testClock, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { changeAccount, changeKey, keyOf, makeKey, makeMember, say } from '../testing/test-people.ts'
import { usePostgres } from '../testing/test-postgres.ts'

const newDatabase = usePostgres()
async function two(): Promise<[TestGateway, TestGateway]> {
  const [store, clock] = [await newDatabase(), testClock()]
  const one = await testGateway({ store, testClock: clock })
  return [one, await testGateway({ store, testClock: clock })]
}

it('keys and accounts', async () => {
  const [one, other] = await two()
  const ada = await makeMember(one, 'ada')
  const key = await makeKey(one, { account_id: ada.id, scopes: ['models', 'account'], budgets: { day: 500_000, total: 900_000 }, models: ['offline-*'] })
  expect(await keyOf(other, key.id)).toEqual(key.key)
  for (const gateway of [one, other]) expect((await say(gateway, key.secret, 'offline-practice', { max_tokens: 50 })).status).toBe(200)
  const spent = (await keyOf(one, key.id))?.spent
  expect(spent?.day).toBeGreaterThan(0)
  expect((await keyOf(other, key.id))?.spent).toEqual(spent)
  // A cap that both have used up together stops both.
  await changeKey(other, key.id, { budgets: { day: spent?.day ?? 0 } })
  for (const gateway of [one, other]) expect((await say(gateway, key.secret, 'offline-practice', { max_tokens: 50 })).status).toBe(402)
  expect((await keyOf(one, key.id))?.budgets).toEqual({ day: spent?.day, month: null, total: 900_000 })
  await changeAccount(one, ada.id, { disabled: true })
  expect((await say(other, key.secret)).status).toBe(401)
  await changeAccount(one, ada.id, { disabled: false })
  expect((await other.ask('DELETE', keyRoute(key.id))).status).toBe(200)
  expect([(await say(one, key.secret)).status, (await one.ask('DELETE', keyRoute(key.id))).status]).toEqual([401, 404])
  const taken = await other.ask('POST', ADMIN_ROUTES.accounts, { body: { username: 'ada', display_name: 'Ada', password: 'long enough' } })
  expect(taken.status).toBe(409)
})

it('usage, page by page', async () => {
  const [one, other] = await two()
  const ada = await makeMember(one, 'ada')
  for (const gateway of [one, other, one]) expect((await say(gateway, ada.token)).status).toBe(200)
  const read = async (gateway: TestGateway, route: string) => (await gateway.ask('GET', route, { token: ada.token })).json
  expect(await read(one, ACCOUNT_ROUTES.usageSummary)).toMatchObject({ requests: 3 })
  const first = await read(one, `${ACCOUNT_ROUTES.usageActivity}?limit=2`)
  const second = await read(other, `${ACCOUNT_ROUTES.usageActivity}?limit=2&before=${String(first['next_before'])}`)
  expect([(first['activity'] as unknown[]).length, (second['activity'] as unknown[]).length, second['has_more']]).toEqual([2, 1, false])
  expect(await read(other, ACCOUNT_ROUTES.transactions)).toMatchObject({ transactions: [{ kind: 'credit', amount_micro_usd: 1_000_000 }], has_more: false })
})
