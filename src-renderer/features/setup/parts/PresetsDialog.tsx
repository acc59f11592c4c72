/** The MCP presets to choose from: who makes each, what it runs and reaches, and the values it needs. Values go to the keychain. Props only. */
import { useState } from 'react'
import type { PresetView } from '../../../../src-shared/domain/setup.ts'
import { describe } from '../../../../src-shared/errors.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'

export function PresetsDialog(props: {
  clientName: string; presets: readonly PresetView[]; chosen: readonly string[]; keychain: boolean
  onChange: (chosen: readonly string[]) => void; onSave: (preset: string, values: Readonly<Record<string, string>>) => Promise<Result<unknown>>; onClose: () => void
}) {
  const { clientName, presets, chosen, keychain, onChange, onSave, onClose } = props
  return (
    <Dialog
      open wide title={`MCP servers for ${clientName}`} onClose={onClose}
      description="Each is a program pinned to one version. Secrets go to the keychain and are passed by reference, never written into the client’s file."
      footer={<Button variant="primary" onClick={onClose}>Done</Button>}
    >
      <ul className="flex flex-col gap-2.5">
        {presets.map((preset) => (
          <PresetCard
            key={preset.id} preset={preset} isChosen={chosen.includes(preset.id)} keychain={keychain} onSave={(values) => onSave(preset.id, values)}
            onChoose={(isOn) => onChange(isOn ? [...chosen, preset.id] : chosen.filter((id) => id !== preset.id))}
          />
        ))}
      </ul>
    </Dialog>
  )
}

function PresetCard({ preset, isChosen, keychain, onChoose, onSave }: { preset: PresetView; isChosen: boolean; keychain: boolean; onChoose: (isOn: boolean) => void; onSave: (values: Readonly<Record<string, string>>) => Promise<Result<unknown>> }) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const save = async (): Promise<void> => {
    setSaving(true)
    const result = await onSave(values)
    setSaving(false)
    setProblem(result.ok ? null : describe(result.error).title)
    if (result.ok) setValues({})
  }
  return (
    <li className="rounded-xl border border-border bg-surface px-3.5 py-3">
      <div className="flex items-start gap-3">
        <Checkbox label={preset.name} hint={preset.about} checked={isChosen && preset.ready} disabled={!preset.ready} onChange={onChoose} className="flex-1" />
        <Badge>{preset.version}</Badge>
      </div>
      <dl className="mt-2 grid grid-cols-[76px_1fr] gap-x-3 gap-y-0.5 pl-[26px] text-sm">
        <dt className="text-text-3">Publisher</dt><dd>{preset.publisher}</dd>
        <dt className="text-text-3">Reaches</dt><dd>{preset.reaches}</dd>
        <dt className="text-text-3">Runs</dt><dd className="font-mono text-xs leading-[18px] break-all">{preset.command?.join(' ') ?? preset.url}</dd>
      </dl>
      {preset.variables.length > 0 ? (
        <form
          className="mt-2.5 flex flex-col gap-2 pl-[26px]"
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          {preset.variables.map((variable) => (
            <TextField
              key={variable.name} label={variable.name} mono hint={variable.about} type={variable.secret ? 'password' : 'text'} autoComplete="off" placeholder={variable.filled ? 'kept; type to replace it' : ''}
              value={values[variable.name] ?? ''} onChange={(value) => setValues({ ...values, [variable.name]: value })} error={null}
            />
          ))}
          <div className="flex items-center gap-2.5">
            <Button size="sm" type="submit" busy={saving} disabled={Object.values(values).every((value) => value === '')}>Save</Button>
            <span className="text-sm text-text-3" role={problem ? 'alert' : undefined}>{problem ?? (keychain ? 'Kept in the system keychain.' : 'There is no keychain: kept for this run only.')}</span>
          </div>
        </form>
      ) : null}
    </li>
  )
}
