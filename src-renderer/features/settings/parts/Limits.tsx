/** Limits of spending in Chat: before a call that could pass one, Portico stops. Props only. */
import { useState } from 'react'
import type { Settings } from '../../../../src-shared/domain/settings.ts'
import { moneyText, readMoney } from '../../../lib/amounts.ts'
import { TextField } from '../../../ui/text-field.tsx'
import { Row } from './Section.tsx'

type Budgets = Settings['budgets']
const FIELDS = [{ name: 'turnMicro', label: 'One turn' }, { name: 'sessionMicro', label: 'One session' }, { name: 'dayMicro', label: 'One day' }] as const

export function Limits({ budgets, onChange }: { budgets: Budgets; onChange: (budgets: Budgets) => void }) {
  return (
    <Row name="Spending limits" detail="In dollars; empty is no limit. Before a call that could pass one, the turn stops and says so.">
      <div className="flex gap-2">
        {FIELDS.map(({ name, label }) => <Limit key={`${name} ${budgets[name]}`} label={label} micro={budgets[name]} onChange={(micro) => onChange({ ...budgets, [name]: micro })} />)}
      </div>
    </Row>
  )
}

function Limit({ label, micro, onChange }: { label: string; micro: number | null; onChange: (micro: number | null) => void }) {
  const [text, setText] = useState(moneyText(micro))
  const read = readMoney(text)
  const wrong = read === undefined || read === 0
  const keep = (): void => {
    if (!wrong && read !== micro) onChange(read)
  }
  return (
    <TextField
      label={label}
      value={text}
      onChange={setText}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep()
      }}
      error={wrong ? 'An amount such as 0.50' : undefined}
      inputMode="decimal"
      placeholder="none"
      className="w-24"
    />
  )
}
