/** What the last seven days cost, as bars and, for screen readers, as a table. Props only. */
import type { DayUsage, Reading } from '../../../../src-shared/domain/account.ts'
import { formatMoney } from '../../../../src-shared/domain/money.ts'
import { dayText, weekdayLetter } from '../../../lib/time.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Card } from '../../../ui/card.tsx'
import { Money } from '../../../ui/money.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { chartOf, type Bar } from '../logic.ts'

export function DaysCard({ loading, days }: { loading: boolean; days: Reading<readonly DayUsage[]> | null }) {
  const chart = days === null ? null : chartOf(days.value)
  return (
    <Card title="Last 7 days" aside={<span className="text-base font-semibold text-text"><Money micro={chart?.total ?? null} unknown="The week’s cost is not known yet" /></span>}>
      {chart === null ? (
        loading ? <Skeleton className="h-[150px]" /> : <p className="py-6 text-text-2">— The gateway has not told the last days yet.</p>
      ) : (
        <>
          <div aria-hidden className="flex h-[140px] gap-3">
            {chart.bars.map((bar) => <Column key={bar.day} bar={bar} />)}
          </div>
          <table className="sr-only">
            <caption>Cost by day</caption>
            <tbody>{chart.bars.map((bar) => <tr key={bar.day}><th scope="row">{dayText(bar.day)}</th><td>{formatMoney(bar.costMicro)}</td></tr>)}</tbody>
          </table>
          <p className="mt-3 flex items-center gap-4 text-sm text-text-3">
            {chart.mainModel ? <Legend look="bg-accent" name={chart.mainModel} /> : <span>Nothing spent in these days.</span>}
            {chart.othersName ? <Legend look="bg-accent-2" name={chart.othersName} /> : null}
            <AsOf at={days?.asOf ?? null} className="ml-auto" />
          </p>
        </>
      )}
    </Card>
  )
}

/** The drawing's height in its own units. */
const TALL = 100

function Column({ bar }: { bar: Bar }) {
  const main = bar.main * TALL
  const others = bar.others * TALL
  return (
    <div className="flex min-w-0 flex-1 flex-col items-center gap-1" title={`${dayText(bar.day)}: ${formatMoney(bar.costMicro)}`}>
      <svg viewBox={`0 0 10 ${TALL}`} preserveAspectRatio="none" className="min-h-0 w-full flex-1">
        {main + others === 0 ? <rect x="0" y={TALL - 1} width="10" height="1" className="fill-border-strong" /> : null}
        <rect x="0" y={TALL - main} width="10" height={main} className="fill-accent" />
        <rect x="0" y={TALL - main - others} width="10" height={Math.max(0, others - (main > 0 ? 1.5 : 0))} className="fill-accent-2" />
      </svg>
      <span className="text-sm text-text-3">{weekdayLetter(bar.day)}</span>
    </div>
  )
}

function Legend({ look, name }: { look: string; name: string }) {
  return <span className="flex min-w-0 items-center gap-2"><span aria-hidden className={`size-2 shrink-0 rounded-[2px] ${look}`} /><span className="truncate">{name}</span></span>
}
