/** A choice of one from a few, all in sight; native radio buttons, so arrow keys work. Props only. */
import { useId } from 'react'
import { cx } from '../lib/classes.ts'

export interface SegmentedProps<Value extends string> {
  label: string
  /** null = not known: nothing is marked. */
  value: Value | null
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  disabled?: boolean | undefined
  className?: string | undefined
}

export function Segmented<Value extends string>({ label, value, options, onChange, disabled = false, className }: SegmentedProps<Value>) {
  const name = useId()
  return (
    <fieldset disabled={disabled} className={cx('inline-flex shrink-0 rounded-[9px] border border-border bg-sunken p-0.5 disabled:opacity-60', className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="relative">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="peer absolute inset-0 appearance-none opacity-0"
          />
          <span
            className={cx(
              'flex h-[26px] items-center rounded-[7px] px-2.5 text-sm text-text-2 select-none',
              'peer-checked:bg-raised peer-checked:font-semibold peer-checked:text-text peer-checked:shadow-card',
              'peer-focus-visible:outline-2 peer-focus-visible:outline-accent hover:text-text',
            )}
          >
            {option.label}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
