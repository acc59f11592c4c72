/** A tick box with its words; a native checkbox. Props only. */
import { useId, type ReactNode, type Ref } from 'react'
import { cx } from '../lib/classes.ts'

export interface CheckboxProps {
  label: string
  hideLabel?: boolean | undefined
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean | undefined
  className?: string | undefined
  ref?: Ref<HTMLInputElement> | undefined
}

export const TICK = cx(
  'relative size-4 shrink-0 appearance-none border border-border-strong bg-raised transition-colors disabled:opacity-50',
  'checked:border-transparent checked:bg-accent',
)

export function Checkbox({ label, hideLabel = false, hint, checked, onChange, disabled = false, className, ref }: CheckboxProps) {
  const id = useId()
  return (
    <div className={cx('flex items-start gap-2.5', className)}>
      <input
        id={id}
        ref={ref}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className={cx(TICK, 'mt-0.5 rounded-sm', 'after:absolute after:top-[1px] after:left-[5px] after:hidden after:h-[9px] after:w-[5px] after:rotate-45 after:border-r-2 after:border-b-2 after:border-on-accent checked:after:block')}
      />
      <div className={hideLabel ? 'sr-only' : 'min-w-0'}>
        <label htmlFor={id} className="block text-base font-medium">{label}</label>
        {hint ? <p id={`${id}-hint`} className="text-sm text-text-3">{hint}</p> : null}
      </div>
    </div>
  )
}
