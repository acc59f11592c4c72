/** The general rates, one row a price mode, and the cards of models with prices of their own. Props only. */
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { GatewayPrices, GatewayRate } from '../../../../src-shared/domain/gateway.ts'
import { formatRate } from '../../../../src-shared/domain/money.ts'
import type { PriceMode } from '../../../../src-shared/domain/price.ts'
import { cx } from '../../../lib/classes.ts'
import { MODE_DOT, MODE_NAME } from '../../../lib/price-mode.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { isFlat, MODES } from '../rates.ts'

export type RateName = PriceMode | 'budget'
export const RATE_NAME: Readonly<Record<RateName, string>> = { ...MODE_NAME, budget: 'Budget model' }
const HEAD = 'text-sm text-text-3 [&_th]:pb-1.5 [&_th]:pl-4 [&_th]:font-medium [&_th:first-child]:pl-0'
const BODY = '[&_td]:border-t [&_td]:border-border [&_td]:py-1.5 [&_td]:pl-4 [&_th]:border-t [&_th]:border-border [&_th]:py-1.5 [&_th]:font-normal'

/** A cache price that is not set is the input price, in a quieter colour. */
function Prices({ rate }: { rate: GatewayRate }) {
  const cache = (micro: number | null) => <td className={cx('text-right', micro === null && 'text-text-3')}>{formatRate(micro ?? rate.input)}</td>
  return <><td className="text-right">{formatRate(rate.input)}</td><td className="text-right">{formatRate(rate.output)}</td>{cache(rate.cacheRead)}{cache(rate.cacheWrite)}</>
}
function Head({ first, children }: { first: ReactNode; children?: ReactNode }) {
  return <thead className={HEAD}><tr><th scope="col">{first}</th>{children}<th scope="col" className="text-right">In</th><th scope="col" className="text-right">Out</th><th scope="col" className="text-right">Cache read</th><th scope="col" className="text-right">Cache write</th><th scope="col"><span className="sr-only">Change</span></th></tr></thead>
}

export function RatesCard({ prices, mode, onEdit }: { prices: GatewayPrices; mode: PriceMode; onEdit: (name: RateName) => void }) {
  return (
    <Card title="Rates" aside="Dollars per million tokens">
      <table className="tabular w-full text-left">
        <Head first="Price mode" />
        <tbody className={BODY}>
          {([...MODES, 'budget'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">
                <span className="flex items-center gap-2.5">
                  <span aria-hidden className={cx('size-[7px] rounded-full', name === 'budget' ? 'bg-accent-2' : MODE_DOT[name])} />
                  <span className="font-semibold">{RATE_NAME[name]}</span>
                  {name === mode ? <Badge tone="accent">now</Badge> : null}
                </span>
              </th>
              <Prices rate={prices.rates[name]} />
              <td className="w-px text-right"><Button size="sm" variant="ghost" aria-label={`Change the ${RATE_NAME[name]} rate`} onClick={() => onEdit(name)}>Change</Button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}

export function CardsCard({ prices, mode, onEdit, onRemove }: { prices: GatewayPrices; mode: PriceMode; onEdit: (model: string) => void; onRemove: (model: string) => void }) {
  return (
    <Card title="Price cards" aside="Models with a price of their own; the first that fits counts">
      {prices.cards.length === 0 ? <p className="py-1 text-text-2">No price cards: every model costs what its hour costs. A card gives one model, or all whose name fits, another price.</p> : (
        <table className="tabular w-full text-left">
          <Head first="Model"><th scope="col">Price</th></Head>
          <tbody className={BODY}>
            {prices.cards.map((card) => (
              <tr key={card.model}>
                <th scope="row"><span className="font-mono text-sm font-semibold">{card.model}</span></th>
                <td className="text-text-2">{isFlat(card) ? 'at all hours' : MODE_NAME[mode]}</td>
                <Prices rate={card[mode]} />
                <td className="w-px text-right">
                  <Menu
                    trigger={<IconButton label={`More for the price card of ${card.model}`} icon={<Ellipsis aria-hidden />} />}
                    items={[
                      { id: 'edit', label: 'Change…', icon: <Pencil aria-hidden />, onSelect: () => onEdit(card.model) },
                      { id: 'remove', label: 'Remove…', icon: <Trash2 aria-hidden />, danger: true, onSelect: () => onRemove(card.model) },
                    ]}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
