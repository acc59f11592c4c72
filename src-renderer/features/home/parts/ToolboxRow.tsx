/** What to do in a surge. Props only. */
import type { ToolboxChoice } from '../../../../src-shared/domain/price.ts'
import { Segmented } from '../../../ui/segmented.tsx'
import { choiceText } from '../logic.ts'

export interface ToolboxRowProps {
  /** null = not known: nothing is marked. */
  choice: ToolboxChoice | null
  budgetModel: string | null
  busy: boolean
  onChoose: (choice: ToolboxChoice) => void
}

const OPTIONS: readonly { value: ToolboxChoice; label: string }[] = [
  { value: 'stay', label: 'Stay' },
  { value: 'budget', label: 'Budget model' },
  { value: 'pause', label: 'Pause' },
]

export function ToolboxRow({ choice, budgetModel, busy, onChoose }: ToolboxRowProps) {
  return (
    <div className="mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <p className="text-text-2">In a surge</p>
        <p className="text-sm text-text-3">{choice === null ? 'The choice is not known yet.' : choiceText(choice, budgetModel)}</p>
      </div>
      <Segmented label="In a surge" value={choice} options={OPTIONS} onChange={onChoose} disabled={busy} />
    </div>
  )
}
