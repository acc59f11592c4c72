/** The price in force: mode, dollars per million, how far the window has come, what follows. Props only. */
import type { ReactNode } from 'react'
import type { Reading } from '../../../../src-shared/domain/account.ts'
import { formatRate } from '../../../../src-shared/domain/money.ts'
import type { PriceNow } from '../../../../src-shared/domain/price.ts'
import { MODE_NAME, MODE_TONE } from '../../../lib/price-mode.ts'
import { clockText } from '../../../lib/time.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Badge } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { PriceCountdown } from '../../../ui/price-countdown.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { WindowBar } from './WindowBar.tsx'

export function PriceCard({ loading, price, children }: { loading: boolean; price: Reading<PriceNow> | null; children?: ReactNode }) {
  const now = price?.value ?? null
  const next = now?.next ?? null
  return (
    <Card
      title={<span className="flex items-center gap-2.5">Price now {now ? <Badge tone={MODE_TONE[now.mode]}>{MODE_NAME[now.mode]}</Badge> : null}</span>}
      aside={now && next ? `next: ${MODE_NAME[next.mode]} at ${clockText(next.at - now.clockSkew)}` : null}
    >
      {now === null ? (
        loading ? <div role="status" aria-label="Reading the price"><Skeleton className="h-12 w-72" /><Skeleton className="mt-3 h-2" /></div>
          : <p className="py-3 text-text-2">— The gateway has not told its price yet.</p>
      ) : (
        <>
          <dl className="flex gap-7">
            <Figure value={formatRate(now.rate.inputPerMillion)} name="per million in" />
            <Figure value={formatRate(now.rate.outputPerMillion)} name="per million out" />
            {now.until === null
              ? <Figure value="No end set" name="for this price" />
              : <Figure value={<PriceCountdown price={now} />} name="until it ends" />}
          </dl>
          <WindowBar price={now} />
        </>
      )}
      {price ? <p className="mt-2 text-sm"><AsOf at={price.asOf} /></p> : null}
      {children}
    </Card>
  )
}

function Figure({ value, name }: { value: ReactNode; name: string }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-sm text-text-3">{name}</dt>
      <dd className="tabular text-xl font-semibold">{value}</dd>
    </div>
  )
}
