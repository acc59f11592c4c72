/** What the elements promise every room: unknown is never zero, old is marked, a failure says what to do. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { PriceNow } from '../../src-shared/domain/price.ts'
import { AsOf, STALE_AFTER } from './as-of.tsx'
import { Button } from './button.tsx'
import { ErrorNote } from './error-note.tsx'
import { Money } from './money.tsx'
import { PriceCountdown } from './price-countdown.tsx'
import { Segmented } from './segmented.tsx'
import { TextField } from './text-field.tsx'

const nothing = (): void => undefined
const price = (until: number | null): PriceNow => ({
  mode: 'surge', rate: { inputPerMillion: 1, outputPerMillion: 1 }, from: 0, until, next: null, budget: null, clockSkew: 0,
})

describe('Money', () => {
  it('shows a dash and the reason for what is unknown', () => {
    const html = renderToStaticMarkup(<Money micro={null} unknown="not told yet" />)
    expect(html).toContain('—')
    expect(html).toContain('not told yet')
    expect(html).not.toContain('$')
  })
  it('shows a known zero', () => expect(renderToStaticMarkup(<Money micro={0} />)).toContain('$0.00'))
})
describe('AsOf', () => {
  it('marks what is old, and can keep quiet about what is fresh', () => {
    const old = Date.now() - STALE_AFTER - 120_000
    expect(renderToStaticMarkup(<AsOf at={old} onlyStale />)).toContain('out of date')
    expect(renderToStaticMarkup(<AsOf at={Date.now()} onlyStale />)).toBe('')
    expect(renderToStaticMarkup(<AsOf at={null} />)).toBe('')
  })
})
describe('PriceCountdown', () => {
  it('is nothing for an open end and says when it is over', () => {
    expect(renderToStaticMarkup(<PriceCountdown price={price(null)} />)).toBe('')
    expect(renderToStaticMarkup(<PriceCountdown price={price(Date.now() - 2_000)} />)).toContain('ending now')
    expect(renderToStaticMarkup(<PriceCountdown price={price(Date.now() + 3_600_000)} />)).toMatch(/\d\d:\d\d/)
  })
})
describe('ErrorNote', () => {
  it('says what happened and what to do, with a retry only where there is one', () => {
    const error = { code: 'api.rate-limited' as const, fields: { retryAfterMs: 4200 }, retryable: true }
    expect(renderToStaticMarkup(<ErrorNote error={error} />)).toMatch(/Too many requests.*wait 5 s.*try again/s)
    expect(renderToStaticMarkup(<ErrorNote error={error} />)).not.toContain('<button')
    expect(renderToStaticMarkup(<ErrorNote error={error} onRetry={nothing} />)).toContain('Try again</button>')
  })
})
describe('form elements', () => {
  it('mark nothing when the value is unknown', () => {
    const html = renderToStaticMarkup(<Segmented label="Choice" value={null} options={[{ value: 'a', label: 'A' }, { value: 'b', label: 'B' }]} onChange={nothing} />)
    expect(html).not.toContain('checked=""')
  })
  it('tie an error to its field', () => {
    const html = renderToStaticMarkup(<TextField label="Name" value="" onChange={nothing} error="Give it a name." />)
    const id = /id="([^"]+)-note"/.exec(html)?.[1] ?? 'missing'
    expect(html).toContain(`aria-describedby="${id}-note"`)
    expect(html).toContain('aria-invalid="true"')
    expect(html).toContain(`for="${id}"`)
  })
  it('keep a busy button’s words', () => expect(renderToStaticMarkup(<Button busy>Save</Button>)).toMatch(/aria-busy="true".*Save/s))
})
