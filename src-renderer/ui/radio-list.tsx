/** A choice of one, each with a line that says what it means; native radio buttons, so arrow keys work. Props only. */
import { useId } from 'react'
import { cx } from '../lib/classes.ts'
import { TICK } from './checkbox.tsx'

export interface RadioListProps<Value extends string> {
  legend: string
  value: Value
  options: readonly { value: Value; label: string; hint: string }[]
  onChange: (value: Value) => void
  disabled?: boolean | undefined
}

export function RadioList<Value extends string>({ legend, value, options, onChange, disabled = false }: RadioListProps<Value>) {
  const name = useId()
  return (
    <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-2 disabled:opacity-60">
      <legend className="sr-only">{legend}</legend>
      {options.map((option) => (
        <div key={option.value} className="flex items-start gap-2.5">
          <input
            id={`${name}-${option.value}`}
            type="radio"
            name={name}
            checked={option.value === value}
            aria-describedby={`${name}-${option.value}-hint`}
            onChange={() => onChange(option.value)}
            className={cx(TICK, 'mt-0.5 rounded-full after:absolute after:inset-[4px] after:hidden after:rounded-full after:bg-on-accent checked:after:block')}
          />
          <div className="min-w-0">
            <label htmlFor={`${name}-${option.value}`} className="block text-base font-medium">{option.label}</label>
            <p id={`${name}-${option.value}-hint`} className="text-sm text-text-3">{option.hint}</p>
          </div>
        </div>
      ))}
    </fieldset>
  )
}
