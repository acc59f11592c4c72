/** Label, hint and error around one form control. Props only. */
import { useId, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface FieldText {
  label: string
  /** True: the label is only for screen readers. */
  hideLabel?: boolean | undefined
  hint?: ReactNode
  /** What is wrong with the value, in words. */
  error?: string | null | undefined
}
/** What the control inside must carry. */
export interface FieldIds {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

export const CONTROL = cx(
  'w-full rounded-lg border border-border-strong bg-raised px-2.5 text-base text-text placeholder:text-text-3',
  'disabled:opacity-60 aria-invalid:border-bad focus-visible:outline-offset-0',
)

export function Field({ label, hideLabel = false, hint, error, className, children }: FieldText & { className?: string | undefined; children: (ids: FieldIds) => ReactNode }) {
  const id = useId()
  const note = error || hint
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium text-text-2'}>{label}</label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': error ? true : undefined })}
      {note ? <p id={`${id}-note`} role={error ? 'alert' : undefined} className={cx('text-sm', error ? 'text-bad' : 'text-text-3')}>{note}</p> : null}
    </div>
  )
}
