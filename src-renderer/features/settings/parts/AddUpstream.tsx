/** The form for a new upstream. Props only. */
import { useState } from 'react'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import type { CommandInput } from '../../../../src-shared/ipc/contract.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { upstreamProblems } from '../logic.ts'

export interface AddUpstreamProps {
  start: { name: string; baseUrl: string }
  taken: readonly string[]
  onAdd: (upstream: CommandInput<'upstreams.add'>) => Promise<Result<null>>
  onClose: () => void
}

export function AddUpstream({ start, taken, onAdd, onClose }: AddUpstreamProps) {
  const [form, setForm] = useState({ ...start, key: '' })
  const [phase, setPhase] = useState<{ kind: 'editing'; tried: boolean; error: AppErrorData | null } | { kind: 'saving' }>({ kind: 'editing', tried: false, error: null })
  const problems = upstreamProblems(form, taken)
  const shown = phase.kind === 'editing' && phase.tried ? problems : {}
  const save = async (): Promise<void> => {
    if (Object.keys(problems).length > 0) return setPhase({ kind: 'editing', tried: true, error: null })
    setPhase({ kind: 'saving' })
    const result = await onAdd({ name: form.name.trim(), baseUrl: form.baseUrl.trim(), ...(form.key === '' ? {} : { key: form.key }) })
    if (result.ok) onClose()
    else setPhase({ kind: 'editing', tried: true, error: result.error })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add an upstream"
      description="An OpenAI-compatible service. Its calls are metered and receipted like any other."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="add-upstream" busy={phase.kind === 'saving'}>Add upstream</Button>
        </>
      }
    >
      <form
        id="add-upstream"
        noValidate
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (phase.kind === 'editing') void save()
        }}
      >
        <TextField label="Name" value={form.name} onChange={(name) => setForm({ ...form, name })} error={shown.name ?? null} />
        <TextField mono label="Base URL" placeholder="http://127.0.0.1:11434/v1" inputMode="url" value={form.baseUrl} onChange={(baseUrl) => setForm({ ...form, baseUrl })} error={shown.baseUrl ?? null} />
        <TextField mono type="password" label="Key (optional)" hint="Kept by the gateway on this computer; never shown again." value={form.key} onChange={(key) => setForm({ ...form, key })} />
        {phase.kind === 'editing' && phase.error ? <ErrorNote assertive error={phase.error} /> : null}
      </form>
    </Dialog>
  )
}
