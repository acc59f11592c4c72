/** A bundle before it is installed: what it is, what will run, what it wants to know. Props only. */
import { useState } from 'react'
import type { BundleField, BundleView } from '../../../../src-shared/domain/mcp.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { TextArea } from '../../../ui/text-area.tsx'
import { TextField } from '../../../ui/text-field.tsx'

export interface BundleDialogProps {
  bundle: BundleView
  onClose: () => void
  onInstall: (values: Record<string, string[]>) => Promise<Result<unknown>>
}

export function BundleDialog({ bundle, onClose, onInstall }: BundleDialogProps) {
  const [values, setValues] = useState<Readonly<Record<string, readonly string[]>>>(() => Object.fromEntries(bundle.fields.map(({ key, initial }) => [key, initial])))
  const { replaces } = bundle
  return (
    <FormDialog
      wide
      onClose={onClose}
      title={replaces ? `Replace ${replaces.name} ${replaces.version} with ${bundle.version}?` : `Install ${bundle.name}?`}
      description={`${bundle.name} ${bundle.version}${bundle.author ? `, by ${bundle.author}` : ''}. It runs on this computer with your rights; install only what you trust.`}
      submit={replaces ? 'Replace it' : 'Install and allow it to run'}
      onSave={() => onInstall(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [...value]])))}
    >
      {bundle.problems.map((problem) => <p key={problem} className="text-base text-warn">{problem}</p>)}
      {bundle.description === '' ? null : <p className="text-base text-text-2">{bundle.description}</p>}
      <div>
        <p className="mb-1 text-xs font-semibold text-text-3">Will run</p>
        <pre tabIndex={0} aria-label="Command" className="overflow-x-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">{bundle.command.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(' ')}</pre>
        {bundle.variables.length > 0 ? <p className="mt-1 text-sm text-text-3">With the {bundle.variables.length === 1 ? 'variable' : 'variables'} {bundle.variables.join(', ')}.</p> : null}
      </div>
      {bundle.fields.map((field) => <FieldOf key={field.key} field={field} kept={replaces !== null} value={values[field.key] ?? []} onChange={(value) => setValues({ ...values, [field.key]: value })} />)}
      {bundle.tools.length > 0 ? (
        <details>
          <summary className="text-sm font-semibold text-text-2">{bundle.tools.length} {bundle.tools.length === 1 ? 'tool' : 'tools'}, as it says</summary>
          <ul className="mt-1.5 flex flex-col gap-1 text-sm">{bundle.tools.map(({ name, description }, index) => <li key={`${name} ${index}`}><span className="font-mono">{name}</span> <span className="text-text-2">{description}</span></li>)}</ul>
        </details>
      ) : null}
    </FormDialog>
  )
}

function FieldOf({ field, kept, value, onChange }: { field: BundleField; kept: boolean; value: readonly string[]; onChange: (value: readonly string[]) => void }) {
  const label = field.required ? field.title : `${field.title} (may be empty)`
  const hint = [field.description, field.sensitive ? (kept ? 'Kept in the keychain; empty keeps what is there.' : 'Kept in the keychain.') : '', field.multiple ? 'One on each line.' : ''].filter((part) => part !== '').map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(' ')
  if (field.type === 'boolean') return <Switch label={field.title} hint={hint} checked={value[0] === 'true'} onChange={(checked) => onChange([String(checked)])} />
  if (field.multiple) return <TextArea label={label} hint={hint} value={value.join('\n')} onChange={(text) => onChange(text.split('\n').filter((line) => line.trim() !== ''))} rows={3} />
  return <TextField label={label} hint={hint === '' ? undefined : hint} type={field.sensitive ? 'password' : 'text'} mono={field.type === 'directory' || field.type === 'file'} value={value[0] ?? ''} onChange={(text) => onChange([text])} />
}
