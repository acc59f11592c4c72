/** The newest billed calls, in tabular figures. Main sends a bounded list, so every row is drawn. Props only. */
import type { UsageEntry } from '../../../../src-shared/domain/account.ts'
import type { PriceMode } from '../../../../src-shared/domain/price.ts'
import { MODE_NAME, MODE_TONE } from '../../../lib/price-mode.ts'
import { useNow } from '../../../lib/clock.ts'
import { momentText } from '../../../lib/time.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Money } from '../../../ui/money.tsx'

/** "12,345". */
const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')
const isMode = (text: string): text is PriceMode => text in MODE_NAME

/** `entries` null = not known yet. */
export function ReceiptsTable({ entries }: { entries: readonly UsageEntry[] | null }) {
  const now = useNow('minute')
  if (entries === null) return <p className="py-4 text-text-2">— The gateway has not told its receipts yet.</p>
  if (entries.length === 0) return <p className="py-4 text-text-2">Nothing billed yet. Each model call leaves a receipt here.</p>
  return (
    <div className="-mx-1 overflow-x-auto px-1" tabIndex={0} role="region" aria-label="Receipts">
      <table className="tabular w-full text-left">
        <thead className="text-sm text-text-3 [&_th]:pr-4 [&_th]:pb-1.5 [&_th]:font-medium [&_th:last-child]:pr-0">
          <tr><th>When</th><th>Model</th><th>Price</th><th className="text-right">In</th><th className="text-right">Out</th><th className="text-right">Cost</th><th className="text-right">Balance after</th></tr>
        </thead>
        <tbody className="[&_td]:border-t [&_td]:border-border [&_td]:py-1.5 [&_td]:pr-4 [&_td]:whitespace-nowrap [&_td:last-child]:pr-0">
          {entries.map((entry) => (
            <tr key={entry.responseId} title={`Response ${entry.responseId}`}>
              <td className="text-text-2">{momentText(entry.at, now)}</td>
              <td className="font-mono text-sm">{entry.model}</td>
              <td>{entry.priceMode === null ? <span className="text-text-3">—</span> : isMode(entry.priceMode) ? <Badge tone={MODE_TONE[entry.priceMode]}>{MODE_NAME[entry.priceMode]}</Badge> : <Badge>{entry.priceMode}</Badge>}</td>
              <td className="text-right">{countText(entry.inputTokens)}</td>
              <td className="text-right">{countText(entry.outputTokens)}</td>
              <td className="text-right font-semibold"><Money exact micro={entry.costMicro} /></td>
              <td className="text-right"><Money exact micro={entry.balanceAfterMicro} unknown="The gateway did not say" /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
