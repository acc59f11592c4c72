/** A text box of several lines with its label. Props only. */
import type { Ref, TextareaHTMLAttributes } from 'react'
import { cx } from '../lib/classes.ts'
import { CONTROL, Field, type FieldText } from './field.tsx'

export interface TextAreaProps extends FieldText, Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value' | 'id'> {
  value: string
  onChange: (value: string) => void
  mono?: boolean | undefined
  ref?: Ref<HTMLTextAreaElement> | undefined
}

export function TextArea({ label, hideLabel, hint, error, value, onChange, mono = false, className, rows = 3, ref, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} className={className}>
      {(ids) => (
        <textarea
          {...rest}
          {...ids}
          ref={ref}
          rows={rows}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={cx(CONTROL, 'resize-y py-1.5', mono && 'font-mono text-sm')}
        />
      )}
    </Field>
  )
}
