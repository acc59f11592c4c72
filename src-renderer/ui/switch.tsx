/** On or off, at once; a native checkbox that says it is a switch. Props only. */
import { useId, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface SwitchProps {
  label: string
  hideLabel?: boolean | undefined
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean | undefined
  className?: string | undefined
}

export function Switch({ label, hideLabel = false, hint, checked, onChange, disabled = false, className }: SwitchProps) {
  const id = useId()
  return (
    <div className={cx('flex items-center justify-between gap-4', className)}>
      <div className={hideLabel ? 'sr-only' : 'min-w-0'}>
        <label htmlFor={id} className="text-base font-medium">{label}</label>
        {hint ? <p id={`${id}-hint`} className="text-sm text-text-3">{hint}</p> : null}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className={cx(
          'relative h-5 w-[34px] shrink-0 appearance-none rounded-full border border-border-strong bg-hover transition-colors disabled:opacity-50',
          'after:absolute after:top-[2px] after:left-[2px] after:size-3.5 after:rounded-full after:bg-text-3 after:transition-transform',
          'checked:border-transparent checked:bg-accent checked:after:translate-x-[14px] checked:after:bg-on-accent',
        )}
      />
    </div>
  )
}
