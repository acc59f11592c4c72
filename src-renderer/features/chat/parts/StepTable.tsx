/** What each model call of a turn cost, opened from the turn's last line. Props only. */
import type { TurnReceipt } from '../../../../src-shared/domain/session.ts'
import { Money } from '../../../ui/money.tsx'
import { driftText } from '../logic.ts'

export function StepTable({ receipt }: { receipt: TurnReceipt }) {
  const drifts = receipt.steps.map((step, index) => ({ number: index + 1, text: driftText(step) })).filter(({ text }) => text !== '')
  return (
    <section aria-label="What each step cost" className="w-full overflow-hidden rounded-xl border border-border bg-raised text-text">
      <div className="overflow-x-auto px-3 py-2" tabIndex={0} role="region" aria-label="Steps">
        <table className="tabular w-full text-left text-sm">
          <thead className="text-text-3 [&_th]:pr-4 [&_th]:pb-1.5 [&_th]:font-medium [&_th]:whitespace-nowrap">
            <tr>
              <th>Step</th><th>Model</th><th>Price</th><th className="text-right">In</th><th className="text-right">From cache</th><th className="text-right">To cache</th>
              <th className="text-right">Out</th><th className="text-right">Billed</th><th className="text-right">Balance after</th><th>Request</th>
            </tr>
          </thead>
          <tbody className="[&_td]:border-t [&_td]:border-border [&_td]:py-1.5 [&_td]:pr-4 [&_td]:whitespace-nowrap">
            {receipt.steps.map((step, index) => (
              <tr key={`${index} ${step.responseId}`}>
                <td>{index + 1}</td>
                <td className="font-mono">{step.model}</td>
                <td>{step.priceMode ?? <Unknown />}</td>
                <Tokens count={step.inputTokens} />
                <Tokens count={step.cacheReadTokens ?? null} />
                <Tokens count={step.cacheWriteTokens ?? null} />
                <Tokens count={step.outputTokens} />
                <td className="text-right font-semibold"><Money exact micro={step.costMicro} unknown="not billed yet" /></td>
                <td className="text-right"><Money exact micro={step.balanceAfterMicro} unknown="the gateway did not say" /></td>
                <td className="font-mono text-text-2 select-text">{step.requestId ?? (step.responseId === '' ? <Unknown /> : step.responseId)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {drifts.length > 0 ? (
        <ul className="border-t border-border px-3 py-2 text-sm text-text-2">
          {drifts.map(({ number, text }) => <li key={number}>Step {number}: {text}.</li>)}
        </ul>
      ) : null}
    </section>
  )
}

function Tokens({ count }: { count: number | null }) {
  return <td className="text-right">{count === null ? <Unknown /> : count.toLocaleString('en')}</td>
}

function Unknown() {
  return <span className="text-text-3" title="the gateway did not say"><span aria-hidden>—</span><span className="sr-only">not told</span></span>
}
