/** What was spent of each budget, as a bar with its words; and without a budget, what was spent in all. Props only. */
import type { Budgets, Spent } from '../../../../src-shared/domain/gateway.ts'
import { formatMoney } from '../../../../src-shared/domain/money.ts'
import { cx } from '../../../lib/classes.ts'

const SPANS = [{ span: 'day', name: 'today' }, { span: 'month', name: 'this month' }, { span: 'total', name: 'in all' }] as const

export function BudgetBars({ budgets, spent }: { budgets: Budgets; spent: Spent }) {
  const limited = SPANS.filter(({ span }) => budgets[span] !== null)
  if (limited.length === 0) return <p className="tabular text-sm text-text-2">{formatMoney(spent.total)} <span className="text-text-3">spent in all, no budget</span></p>
  return (
    <ul className="flex flex-col gap-1">
      {limited.map(({ span, name }) => <Bar key={span} name={name} spent={spent[span]} budget={budgets[span] ?? 0} />)}
    </ul>
  )
}

function Bar({ name, spent, budget }: { name: string; spent: number; budget: number }) {
  const part = budget === 0 ? 1 : Math.min(1, spent / budget)
  return (
    <li className="flex items-center gap-2.5">
      <span aria-hidden className="h-1.5 w-20 shrink-0 max-[960px]:w-10 overflow-hidden rounded-full bg-hover">
        <span className={cx('block h-full origin-left', part >= 1 ? 'bg-bad' : part >= 0.8 ? 'bg-warn' : 'bg-accent')} style={{ transform: `scaleX(${part})` }} />
      </span>
      <span className="tabular truncate text-sm text-text-2">{formatMoney(spent)} <span className="text-text-3">of {formatMoney(budget)} {name}</span></span>
    </li>
  )
}
