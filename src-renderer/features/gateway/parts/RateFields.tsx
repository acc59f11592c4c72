/** The four prices of a rate beside each other. Props only. */
import { TextField } from '../../../ui/text-field.tsx'
import { RATE_FIELDS, rateProblem, type RateDraft } from '../rates.ts'

export function RateFields({ legend, hideLegend = false, draft, tried, onChange }: { legend: string; hideLegend?: boolean | undefined; draft: RateDraft; tried: boolean; onChange: (draft: RateDraft) => void }) {
  return (
    <fieldset>
      <legend className={hideLegend ? 'sr-only' : 'mb-1.5 text-sm font-semibold text-text-2'}>{legend}</legend>
      <div className="grid grid-cols-4 gap-2.5">
        {RATE_FIELDS.map(({ field, name, optional }) => (
          <TextField
            key={field}
            label={name}
            inputMode="decimal"
            placeholder={optional ? 'as in' : '0.00'}
            value={draft[field]}
            onChange={(value) => onChange({ ...draft, [field]: value })}
            error={tried ? rateProblem(draft, field) : null}
            className="tabular"
          />
        ))}
      </div>
    </fieldset>
  )
}
