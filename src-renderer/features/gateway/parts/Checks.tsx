/** Several choices at once: native checkboxes under a legend. Props only. */
import { cx } from '../../../lib/classes.ts'

export interface ChecksProps<Value extends string> {
  label: string
  hint?: string | undefined
  /** Many short ones in a row. */
  dense?: boolean | undefined
  options: readonly { value: Value; name: string }[]
  chosen: readonly Value[]
  onChange: (chosen: readonly Value[]) => void
}

export function Checks<Value extends string>({ label, hint, dense = false, options, chosen, onChange }: ChecksProps<Value>) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium text-text-2">{label}</legend>
      <div className={cx('flex flex-wrap gap-y-1.5', dense ? 'gap-x-3' : 'gap-x-5')}>
        {options.map((option) => (
          <label key={option.value} className={cx('flex items-center', dense ? 'gap-1.5' : 'gap-2')}>
            <input
              type="checkbox"
              checked={chosen.includes(option.value)}
              onChange={(event) => onChange(options.map((one) => one.value).filter((value) => (value === option.value ? event.target.checked : chosen.includes(value))))}
              className="size-4 accent-accent"
            />
            {option.name}
          </label>
        ))}
      </div>
      {hint ? <p className="text-sm text-text-3">{hint}</p> : null}
    </fieldset>
  )
}
