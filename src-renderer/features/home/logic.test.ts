/** What Home shows is worked out exactly, and what is unknown stays unknown. */
import { describe, expect, it } from 'vitest'
import type { PriceNow } from '../../../src-shared/domain/price.ts'
import { chartOf, choiceText, nothingSpent, paceText, windowPassed } from './logic.ts'

const day = (date: string, ...parts: readonly [string, number][]) => ({
  day: date,
  costMicro: parts.reduce((sum, [, cost]) => sum + cost, 0),
  byModel: parts.map(([model, costMicro]) => ({ model, costMicro })),
})
const price: PriceNow = {
  mode: 'surge', rate: { inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 }, from: 1_000, until: 5_000, next: null, budget: null, clockSkew: 0,
}

describe('chartOf', () => {
  it('takes the newest seven days in order and splits off the dearest model', () => {
    const days = [9, 3, 8, 4, 5, 6, 7, 2].map((date) => day(`2026-11-0${date}`, ['a', 10], ['b', date]))
    const chart = chartOf(days)
    expect(chart.bars.map((bar) => bar.day)).toEqual(['03', '04', '05', '06', '07', '08', '09'].map((date) => `2026-11-${date}`))
    expect(chart.mainModel).toBe('a')
    expect(chart.othersName).toBe('b')
    expect(chart.total).toBe(70 + 42)
    const tallest = chart.bars.at(-1)
    expect((tallest?.main ?? 0) + (tallest?.others ?? 0)).toBeCloseTo(1)
  })
  it('names several others together, and nobody when nothing was spent', () => {
    expect(chartOf([day('2026-11-01', ['a', 5], ['b', 3], ['c', 1])]).othersName).toBe('other models')
    expect(chartOf([day('2026-11-01', ['a', 0])])).toMatchObject({ mainModel: null, othersName: null, total: 0 })
    expect(chartOf([])).toMatchObject({ bars: [], total: 0 })
  })
  it('shows a cost that no model was named for', () => {
    expect(chartOf([{ day: '2026-11-01', costMicro: 8, byModel: [] }]).bars[0]).toMatchObject({ main: 0, others: 1 })
  })
})
describe('paceText', () => {
  const week = [day('2026-11-01', ['a', 7_000_000])]
  it('divides the balance by the week’s daily cost', () => {
    expect(paceText(19_400_000, week)).toBe('about 19 days at this week’s pace')
    expect(paceText(1_000_000, week)).toBe('about 1 day at this week’s pace')
    expect(paceText(10, week)).toBe('less than a day at this week’s pace')
    expect(paceText(999_000_000, week)).toBe('over a year at this week’s pace')
  })
  it('says nothing without both numbers', () => {
    expect(paceText(null, week)).toBeNull()
    expect(paceText(1, null)).toBeNull()
    expect(paceText(1_000_000, [])).toBeNull()
    expect(paceText(0, week)).toBeNull()
  })
})
describe('nothingSpent', () => {
  it('needs to know it', () => {
    expect(nothingSpent(null)).toBe(false)
    expect(nothingSpent([day('2026-11-01', ['a', 0])])).toBe(true)
    expect(nothingSpent([day('2026-11-01', ['a', 1])])).toBe(false)
  })
})
describe('windowPassed', () => {
  it('runs on the server’s clock', () => {
    expect(windowPassed(price, 2_000)).toBe(0.25)
    expect(windowPassed({ ...price, clockSkew: 1_000 }, 2_000)).toBe(0.5)
    expect(windowPassed(price, 99_000)).toBe(1)
    expect(windowPassed(price, 0)).toBe(0)
  })
  it('is unknown when an end is unknown', () => {
    expect(windowPassed({ ...price, from: null }, 0)).toBeNull()
    expect(windowPassed({ ...price, until: null }, 0)).toBeNull()
    expect(windowPassed({ ...price, until: 1_000 }, 0)).toBeNull()
  })
})
describe('choiceText', () => {
  it('names the budget model when the gateway does', () => {
    expect(choiceText('budget', 'small-1')).toContain('small-1')
    expect(choiceText('budget', null)).toContain('the budget model')
  })
})
