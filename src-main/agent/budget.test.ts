/** Limits of spending. */
import { describe, expect, it } from 'vitest'
import { checkBudget, costOf, countInput, spentOf, type Spending } from './budget.ts'

const rate = { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }
const none = { turn: null, session: null, day: null }
const spending = (more: Partial<Spending> = {}): Spending => ({ caps: none, spent: { turn: 0, session: 0, day: 0 }, rate, ...more })

describe('checkBudget', () => {
  it('asks nothing where there is no limit', () => {
    expect(checkBudget(spending(), 1_000_000, 64_000)).toEqual({ maxTokens: 64_000, warning: null })
  })
  it('shortens the answer so that the worst case stays within the limit', () => {
    // 0.10 $ − 10,000 tokens in (0.05 $) leaves 0.05 $ = 1,666 tokens out.
    const { maxTokens } = checkBudget(spending({ caps: { ...none, turn: 100_000 } }), 10_000, 64_000)
    expect(maxTokens).toBe(1_666)
    expect(costOf(rate, 10_000, maxTokens)).toBeLessThanOrEqual(100_000)
  })
  it.each(['turn', 'session', 'day'] as const)('stops before the call that could pass the limit of the %s', (scope) => {
    const over = spending({ caps: { ...none, [scope]: 100_000 }, spent: { turn: 0, session: 0, day: 0, [scope]: 60_000 } })
    expect(() => checkBudget(over, 10_000, 64_000)).toThrow(expect.objectContaining({ code: 'budget.reached', fields: expect.objectContaining({ scope, spent: '$0.06', cap: '$0.10' }) }))
  })
  it('stops at the limit also where the price is not known, and leaves alone what was never measured', () => {
    expect(() => checkBudget(spending({ rate: null, caps: { ...none, day: 10 }, spent: { turn: 0, session: 0, day: 10 } }), 1, 1)).toThrow()
    expect(checkBudget(spending({ caps: { ...none, day: 10 }, spent: { turn: 0, session: 0, day: null } }), 1_000_000, 64_000).maxTokens).toBe(64_000)
  })
  it('warns from four fifths on', () => {
    const near = (session: number) => checkBudget(spending({ caps: { ...none, session: 1_000_000 }, spent: { turn: 0, session, day: 0 } }), 10, 1_000).warning
    expect([near(799_999), near(800_000)]).toEqual([null, { scope: 'session', spentMicro: 800_000, capMicro: 1_000_000 }])
  })
})

it('what is not billed yet counts by its tokens, and by the count before the call where even those are not known', () => {
  const step = { responseId: 'r', requestId: null, model: 'm', inputTokens: null, outputTokens: null, costMicro: null, priceMode: null, balanceAfterMicro: null }
  expect(spentOf([{ ...step, costMicro: 7 }, { ...step, inputTokens: 1_000, outputTokens: 100 }, step], rate, 200)).toBe(7 + 8_000 + 1_000)
})
it('an image counts as an image, not as its letters', () => {
  const request = (images: { mimeType: string; base64: string }[]) => ({ system: '', tools: [], messages: [{ role: 'tool' as const, results: [{ callId: 'c', name: 'n', text: '', isError: false, images }] }] })
  const counted = countInput(request([{ mimeType: 'image/png', base64: 'x'.repeat(3_000_000) }])) - countInput(request([]))
  expect(counted).toBeGreaterThan(1_500)
  expect(counted).toBeLessThan(2_000)
})
