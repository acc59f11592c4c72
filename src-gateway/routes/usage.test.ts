/** CodeGrex's usage summary, activity and transactions: honest sums of receipts, page by page, and what came into the wallet. */
import { expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { accountCreditRoute } from '../../src-shared/http/gateway-admin.ts'
import { testGateway } from '../testing/test-gateway.ts'
import { makeMember, say } from '../testing/test-people.ts'

const DAY = 86_400_000
type Row = Record<string, unknown>

it('the summary is of this UTC month, by model, and its sums are those of the receipts', async () => {
  const gateway = await testGateway()
  const read = async () => (await gateway.ask('GET', ACCOUNT_ROUTES.usageSummary)).json
  const month = { start: '2026-01-01T00:00:00.000Z', end: '2026-02-01T00:00:00.000Z' }
  expect(await read()).toEqual({ period: month, requests: 0, inputTokens: 0, outputTokens: 0, charged_micro_usd: 0, charged_usd: '0.000000', models: [] })
  for (const model of ['offline-practice', 'offline-practice', 'budget']) await say(gateway, gateway.running.token, model)
  await say(gateway, gateway.running.token, 'no-such-model')
  const receipts = (await gateway.ask('GET', ACCOUNT_ROUTES.usage)).json['transactions'] as Row[]
  const sum = (field: string) => receipts.reduce((total, one) => total + Number(one[field]), 0)
  const summary = await read()
  expect(summary).toMatchObject({ period: month, requests: 3, inputTokens: sum('input_tokens'), outputTokens: sum('output_tokens'), charged_micro_usd: sum('charged_micro_usd') })
  expect((summary['models'] as Row[]).map((one) => [one['model'], one['requests']])).toEqual([['offline-practice', 2], ['budget', 1]])
  gateway.clock.advance(31 * DAY)
  expect(await read()).toMatchObject({ period: { start: '2026-02-01T00:00:00.000Z', end: '2026-03-01T00:00:00.000Z' }, requests: 0, charged_micro_usd: 0 })
})

it('the activity is every closed call, newest first, page by page without a gap, also while new ones come', async () => {
  const gateway = await testGateway()
  const ids: unknown[] = []
  for (let calls = 0; calls < 7; calls += 1) ids.push((await say(gateway, gateway.running.token)).json['id'])
  const seen: unknown[] = []
  let before: string | null = null
  for (let pages = 0; pages < 10; pages += 1) {
    const page: Row = (await gateway.ask('GET', `${ACCOUNT_ROUTES.usageActivity}?limit=3${before === null ? '' : `&before=${before}`}`)).json
    seen.push(...(page['activity'] as Row[]).map((one) => one['response_id']))
    expect(page['has_more']).toBe(page['next_before'] !== null)
    if (page['has_more'] !== true) break
    before = String(page['next_before'])
    await say(gateway, gateway.running.token)
  }
  expect(seen).toEqual(ids.toReversed())
  for (const bad of ['limit=0', 'limit=501', 'limit=x']) expect((await gateway.ask('GET', `${ACCOUNT_ROUTES.usageActivity}?${bad}`)).status).toBe(400)
  expect((await gateway.ask('GET', `${ACCOUNT_ROUTES.usageActivity}?before=unknown`)).json).toEqual({ activity: [], has_more: false, next_before: null })
})

it('the transactions are what came into the wallet, without charges, of this account alone', async () => {
  const gateway = await testGateway()
  const ada = await makeMember(gateway, 'ada', { credit_micro_usd: 1_500_000 })
  await gateway.ask('POST', accountCreditRoute(ada.id), { body: { amount_micro_usd: 250_000 } })
  expect((await say(gateway, ada.token)).status).toBe(200)
  const read = async (token: string, query = '') => (await gateway.ask('GET', `${ACCOUNT_ROUTES.transactions}${query}`, { token })).json
  const all = await read(ada.token)
  expect((all['transactions'] as Row[]).map((one) => [one['kind'], one['amount_micro_usd'], one['amount_usd'], one['balance_after_micro_usd']])).toEqual([['credit', 250_000, '0.250000', 1_750_000], ['credit', 1_500_000, '1.500000', 1_500_000]])
  const first = await read(ada.token, '?limit=1')
  expect([first['has_more'], (first['transactions'] as Row[]).length]).toEqual([true, 1])
  const second = await read(ada.token, `?limit=1&before=${String(first['next_before'])}`)
  expect([second['has_more'], second['next_before'], (second['transactions'] as Row[])[0]?.['amount_micro_usd']]).toEqual([false, null, 1_500_000])
  expect(((await read(gateway.running.token))['transactions'] as Row[]).map((one) => one['kind'])).toEqual(['practice-credit'])
  expect((await gateway.ask('GET', `${ACCOUNT_ROUTES.transactions}?before=x`)).status).toBe(400)
})
