/** The wallet: balance, what today and this week cost, how long it lasts. Props only. */
import { RefreshCw } from 'lucide-react'
import type { DayUsage, Reading } from '../../../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../../../src-shared/domain/money.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Money } from '../../../ui/money.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { chartDays, paceText, sumDays } from '../logic.ts'

export interface BalanceCardProps {
  loading: boolean
  balance: Reading<MicroDollars> | null
  /** undefined = this gateway has no usage to show. */
  today: Reading<MicroDollars> | null | undefined
  days: Reading<readonly DayUsage[]> | null | undefined
  refreshing: boolean
  onRefresh: () => void
  onReceipts: () => void
}

export function BalanceCard({ loading, balance, today, days, refreshing, onRefresh, onReceipts }: BalanceCardProps) {
  const pace = paceText(balance?.value ?? null, days?.value ?? null)
  return (
    <Card
      title="Balance"
      aside={<IconButton size="sm" label="Refresh" icon={refreshing ? <Spinner /> : <RefreshCw aria-hidden />} disabled={refreshing} onClick={onRefresh} className="-my-1 -mr-1" />}
    >
      {loading ? (
        <div role="status" aria-label="Reading the balance"><Skeleton className="mt-1 h-9 w-40" /><Skeleton className="mt-3 h-4 w-56" /></div>
      ) : (
        <>
          <p className="text-[34px] leading-[42px] font-semibold tracking-[-0.01em]"><Money micro={balance?.value ?? null} unknown="The gateway has not told the balance yet" /></p>
          <p className="mt-2 text-sm text-text-3">
            {balance ? <AsOf at={balance.asOf} /> : 'not known yet: the gateway has not answered'}
            {pace ? ` · ${pace}` : null}
          </p>
        </>
      )}
      {today !== undefined ? (
        <div className="mt-4 flex items-end justify-between gap-4">
          <dl className="flex gap-8">
            <Spent name="Spent today" micro={today?.value ?? null} at={today?.asOf ?? null} />
            <Spent name="Last 7 days" micro={days ? sumDays(chartDays(days.value)) : null} at={days?.asOf ?? null} />
          </dl>
          <Button onClick={onReceipts}>Receipts</Button>
        </div>
      ) : null}
    </Card>
  )
}

function Spent({ name, micro, at }: { name: string; micro: MicroDollars | null; at: number | null }) {
  return (
    <div>
      <dt className="text-sm text-text-3">{name}</dt>
      <dd className="text-lg font-semibold"><Money micro={micro} unknown={`${name}: not known yet`} /></dd>
      <dd className="text-xs"><AsOf at={at} /></dd>
    </div>
  )
}
