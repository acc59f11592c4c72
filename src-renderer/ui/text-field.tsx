/** A one-line text input with its label. Props only. */
import type { InputHTMLAttributes, Ref } from 'react'
import { cx } from '../lib/classes.ts'
import { CONTROL, Field, type FieldText } from './field.tsx'

export interface TextFieldProps extends FieldText, Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value' | 'id'> {
  value: string
  onChange: (value: string) => void
  mono?: boolean | undefined
  ref?: Ref<HTMLInputElement> | undefined
}

export function TextField({ label, hideLabel, hint, error, value, onChange, mono = false, className, ref, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} className={className}>
      {(ids) => (
        <input
          type="text"
          spellCheck={false}
          autoComplete="off"
          {...rest}
          {...ids}
          ref={ref}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={cx(CONTROL, 'h-8', mono && 'font-mono text-sm')}
        />
      )}
    </Field>
  )
}
