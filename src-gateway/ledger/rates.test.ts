/** A model has one price per mode, and it is clear which rule sets it. */
import { describe, expect, it } from 'vitest'
import { createRateTable, DEFAULT_RATES, fitsGlob, rateRulesSchema, type RateRule } from './rates.ts'

const card = (inputPerMillion: number, more: Record<string, number> = {}) => ({ inputPerMillion, outputPerMillion: inputPerMillion * 10, ...more })
const table = (...rules: RateRule[]) => createRateTable((name) => DEFAULT_RATES[name], rules)

describe('rate rules', () => {
  it('an exact name wins over patterns, the first pattern over later ones, defaults are left', () => {
    const rates = table({ model: 'gpt-*', rate: card(1) }, { model: 'gpt-5*', rate: card(2) }, { model: 'gpt-5.5', rate: card(3) }, { model: 'a.b/c?', rate: card(4) })
    const input = (model: string): number => rates.rateFor(model, 'standard').inputPerMillion
    expect([input('gpt-5.5'), input('gpt-5.6'), input('gpt-'), input('a.b/cd'), input('aXb/cd'), input('xgpt-5')]).toEqual([3, 1, 1, 4, 5_000_000, 5_000_000])
    expect([rates.ruleFor('gpt-5.6')?.model, rates.ruleFor('other')]).toEqual(['gpt-*', null])
    expect(rates.rateFor('other', 'budget')).toEqual(DEFAULT_RATES.budget)
  })
  it('a mode has its own card, a share of the rule’s, or the rule’s own', () => {
    const rates = table({ model: 'm', rate: card(1001, { cacheReadPerMillion: 101 }), modes: { surge: { percent: 150 }, reduced: card(7), budget: { percent: 0 } } })
    expect(rates.rateFor('m', 'standard')).toEqual({ inputPerMillion: 1001, outputPerMillion: 10_010, cacheReadPerMillion: 101 })
    // 1501.5 and 151.5 round half up.
    expect(rates.rateFor('m', 'surge')).toEqual({ inputPerMillion: 1502, outputPerMillion: 15_015, cacheReadPerMillion: 152 })
    expect(rates.rateFor('m', 'reduced')).toEqual(card(7))
    expect(rates.rateFor('m', 'budget')).toEqual({ inputPerMillion: 0, outputPerMillion: 0, cacheReadPerMillion: 0 })
  })
  it('are refused when they are no prices', () => {
    for (const bad of [[{ model: '', rate: card(1) }], [{ model: 'm', rate: card(-1) }], [{ model: 'm', rate: card(1.5) }], [{ model: 'm', rate: card(1), modes: { night: card(1) } }], [{ model: 'm', rate: card(1), modes: { surge: { percent: -1 } } }]]) {
      expect(rateRulesSchema.safeParse(bad).success).toBe(false)
    }
  })
  it('a pattern is the whole name, and one of many stars is tried quickly', () => {
    const fits: [string, string, boolean][] = [
      ['*', '', true], ['*', 'x', true], ['', '', true], ['', 'x', false], ['a*', 'a', true], ['*a', 'ba', true], ['*a', 'ab', false], ['a*b*c', 'a-b-b-c', true],
      ['a*b*c', 'a-c-b', false], ['?', 'a', true], ['?', '', false], ['a?c', 'abc', true], ['**', 'x', true], ['a**', 'a', true], ['*ab', 'aab', true], ['A', 'a', false],
    ]
    for (const [glob, text, expected] of fits) expect([glob, text, fitsGlob(glob, text)]).toEqual([glob, text, expected])
    const started = performance.now()
    expect(fitsGlob(`${'*a'.repeat(90)}*b`, 'a'.repeat(5000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
