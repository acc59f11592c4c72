/** The fields of an upstream: name, address, key, and what is needed more rarely. Props only. */
import { TextField } from '../../../ui/text-field.tsx'
import { readCount, readList } from '../../../lib/amounts.ts'
import { upstreamProblems, type UpstreamProblems } from '../logic.ts'

export interface UpstreamDraft {
  name: string
  baseUrl: string
  key: string
  models: string
  maxConcurrent: string
}
export function draftOf(start: { name: string; baseUrl: string; maxConcurrent?: number | null }): UpstreamDraft {
  return { name: start.name, baseUrl: start.baseUrl, key: '', models: '', maxConcurrent: start.maxConcurrent ? String(start.maxConcurrent) : '' }
}

/** The draft as a command takes it; an empty key or list of models is left out. null = something is wrong with it. */
export function readUpstream(draft: UpstreamDraft, taken: readonly string[]): { name: string; baseUrl: string; key?: string; models?: string[]; maxConcurrent: number | null } | null {
  const maxConcurrent = readCount(draft.maxConcurrent)
  if (Object.keys(upstreamProblems(draft, taken)).length > 0 || maxConcurrent === undefined) return null
  const models = readList(draft.models)
  return {
    name: draft.name.trim(), baseUrl: draft.baseUrl.trim(), maxConcurrent,
    ...(draft.key.trim() === '' ? {} : { key: draft.key.trim() }), ...(models === null ? {} : { models: [...models] }),
  }
}

export interface UpstreamFieldsProps {
  draft: UpstreamDraft
  onChange: (draft: UpstreamDraft) => void
  problems: UpstreamProblems
  keyLabel: string
  keyHint: 'keychain' | 'memory'
  /** Models it lists by itself. */
  listed: readonly string[]
}

export function UpstreamFields({ draft, onChange, problems, keyLabel, keyHint, listed }: UpstreamFieldsProps) {
  const set = (part: Partial<UpstreamDraft>): void => onChange({ ...draft, ...part })
  return (
    <>
      <TextField
        mono
        type="password"
        label={keyLabel}
        autoComplete="new-password"
        value={draft.key}
        onChange={(key) => set({ key })}
        hint={keyHint === 'keychain' ? 'Goes to the system’s keychain and is never shown again.' : 'There is no system keychain: it is kept in memory and gone when the gateway stops.'}
      />
      <TextField mono label="Address" inputMode="url" value={draft.baseUrl} onChange={(baseUrl) => set({ baseUrl })} error={problems.baseUrl ?? null} />
      <TextField label="Name" value={draft.name} onChange={(name) => set({ name })} maxLength={60} error={problems.name ?? null} />
      <details className="group">
        <summary className="text-sm font-medium text-text-2">More</summary>
        <div className="mt-3 flex flex-col gap-3.5">
          <TextField
            label="At most so many calls at once"
            inputMode="numeric"
            placeholder="no limit"
            value={draft.maxConcurrent}
            onChange={(maxConcurrent) => set({ maxConcurrent })}
            error={readCount(draft.maxConcurrent) === undefined ? 'A whole number, or nothing for no limit.' : null}
          />
          {listed.length === 0 ? (
            <TextField mono label="Models" placeholder="model-a, model-b" value={draft.models} onChange={(models) => set({ models })} hint="Only when the service does not list them itself." />
          ) : null}
        </div>
      </details>
    </>
  )
}
