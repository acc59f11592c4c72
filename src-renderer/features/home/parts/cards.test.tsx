/** Unknown is a dash with a reason, never zero; what is known is shown with its time. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { BalanceCard } from './BalanceCard.tsx'
import { DaysCard } from './DaysCard.tsx'
import { PriceCard } from './PriceCard.tsx'

const nothing = (): void => undefined

describe('Home’s cards', () => {
  it('never shows an unknown amount as zero', () => {
    const html = renderToStaticMarkup(
      <>
        <BalanceCard loading={false} balance={null} today={null} days={null} refreshing={false} onRefresh={nothing} onReceipts={nothing} />
        <PriceCard loading={false} price={null} />
        <DaysCard loading={false} days={null} />
      </>,
    )
    expect(html).toContain('—')
    expect(html).toContain('The gateway has not told the balance yet')
    expect(html).not.toMatch(/\$\d/)
  })
  it('shows a known zero as zero', () => {
    const html = renderToStaticMarkup(
      <BalanceCard loading={false} balance={{ value: 0, asOf: 1 }} today={{ value: 0, asOf: 1 }} days={{ value: [], asOf: 1 }} refreshing={false} onRefresh={nothing} onReceipts={nothing} />,
    )
    expect(html.match(/\$0\.00/g)).toHaveLength(3)
    expect(html.match(/as of/g)).toHaveLength(3)
  })
  it('leaves out what this gateway does not have', () => {
    const html = renderToStaticMarkup(<BalanceCard loading={false} balance={{ value: 1_000_000, asOf: 1 }} today={undefined} days={undefined} refreshing={false} onRefresh={nothing} onReceipts={nothing} />)
    expect(html).not.toContain('Spent today')
  })
  it('marks an old reading as out of date', () => {
    const card = (asOf: number) => renderToStaticMarkup(<DaysCard loading={false} days={{ value: [], asOf }} />)
    expect(card(Date.now() - 3_600_000)).toContain('out of date')
    expect(card(Date.now())).not.toContain('out of date')
  })
})
