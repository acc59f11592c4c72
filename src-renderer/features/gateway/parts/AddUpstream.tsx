/** Adds an upstream in three clicks: what it is, its key and address, and a test call at once. Props only. */
import { ChevronRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { AddableKind, GatewayUpstream } from '../../../../src-shared/domain/gateway.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import type { CommandInput } from '../../../../src-shared/ipc/contract.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { ADDABLE, freeName, upstreamProblems } from '../logic.ts'
import { TestResult } from './TestResult.tsx'
import { useTest, type RunTest } from './TestUpstream.tsx'
import { draftOf, readUpstream, UpstreamFields, type UpstreamDraft } from './UpstreamFields.tsx'

type Found = { baseUrl: string; models: readonly string[] } | null
export interface AddUpstreamProps {
  taken: readonly string[]
  keyStore: 'keychain' | 'memory'
  /** The upstream as it is now; null = gone. */
  look: (id: string) => GatewayUpstream | null
  onDetect: () => Promise<Found>
  onAdd: (input: CommandInput<'gateway.addUpstream'>) => Promise<Result<{ id: string }>>
  onChange: (input: CommandInput<'gateway.changeUpstream'>) => Promise<Result<unknown>>
  onTest: RunTest
  onClose: () => void
}

export function AddUpstream(props: AddUpstreamProps) {
  const { taken, onDetect, onClose } = props
  const [chosen, setChosen] = useState<{ kind: AddableKind; draft: UpstreamDraft } | null>(null)
  /** undefined = still looking. */
  const [found, setFound] = useState<Found | undefined>(undefined)
  useEffect(() => {
    let live = true
    void onDetect().then((answer) => {
      if (live) setFound(answer)
    })
    return () => {
      live = false
    }
  }, [onDetect])
  if (chosen !== null) return <Details key={chosen.kind} {...props} kind={chosen.kind} start={chosen.draft} onBack={() => setChosen(null)} />
  return (
    <Dialog open onClose={onClose} title="Add an upstream" description="What do you have?">
      <ul className="flex flex-col gap-2">
        {ADDABLE.map(({ kind, name, detail, baseUrl }, index) => {
          const local = kind === 'ollama'
          const answers = local && found ? found : null
          const line = !local ? detail : found === undefined ? 'Looking for it on this computer…' : answers ? `Found at ${hostOf(answers.baseUrl)} · ${answers.models.length === 0 ? 'no models yet' : `${answers.models.length} ${answers.models.length === 1 ? 'model' : 'models'}`}` : 'Not found at its usual address; enter where it runs.'
          return (
            <li key={kind}>
              <button
                type="button"
                data-first={index === 0 ? '' : undefined}
                onClick={() => setChosen({ kind, draft: draftOf({ name: freeName(name, taken), baseUrl: answers?.baseUrl ?? baseUrl }) })}
                className="flex w-full items-center gap-3 rounded-xl border border-border-strong bg-raised px-4 py-3 text-left hover:bg-hover"
              >
                <span className="min-w-0 flex-1">
                  <span className="block font-semibold">{name}</span>
                  <span aria-live={local ? 'polite' : undefined} className={`block text-sm ${answers ? 'text-good' : 'text-text-2'}`}>{line}</span>
                </span>
                <ChevronRight aria-hidden className="size-4 text-text-3" />
              </button>
            </li>
          )
        })}
      </ul>
    </Dialog>
  )
}

/** Key and address, then the test. Once it is added, another try changes it. */
function Details({ kind, start, taken, keyStore, look, onAdd, onChange, onTest, onClose, onBack }: AddUpstreamProps & { kind: AddableKind; start: UpstreamDraft; onBack: () => void }) {
  const [draft, setDraft] = useState(start)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<AppErrorData | null>(null)
  const [added, setAdded] = useState<{ id: string; name: string } | null>(null)
  const { phase, run, show } = useTest(onTest)
  const kindOf = ADDABLE.find((one) => one.kind === kind)
  const others = taken.filter((name) => name !== added?.name)
  const problems = upstreamProblems(draft, others)
  const works = phase?.kind === 'done' && phase.test.ok
  const done = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The field that had the focus is gone.
    if (works) done.current?.focus()
  }, [works])

  const save = async (): Promise<void> => {
    const read = readUpstream(draft, others)
    setTried(true)
    if (read === null) return
    setBusy(true)
    setFailed(null)
    const result = added === null ? await onAdd({ ...read, kind }) : await onChange({ ...read, id: added.id })
    setBusy(false)
    if (!result.ok) return setFailed(result.error)
    const id = added?.id ?? idOf(result.value)
    setAdded({ id, name: read.name })
    const upstream = look(id)
    const model = read.models?.[0] ?? upstream?.models[0] ?? null
    if (upstream !== null && model === null) show({ kind: 'nothing', upstream })
    else await run(id, model)
  }
  const testing = phase?.kind === 'testing'
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add ${kindOf?.name ?? 'an upstream'}`}
      description={works ? 'It is in the list, and its models can be called.' : kindOf?.detail}
      footer={
        works ? <Button ref={done} variant="primary" onClick={onClose}>Done</Button> : (
          <>
            {added === null ? <Button variant="ghost" onClick={onBack}>Back</Button> : <Button variant="ghost" onClick={onClose}>Keep it and close</Button>}
            <Button variant="primary" type="submit" form="add-upstream" busy={busy || testing}>{added === null ? 'Add and test' : 'Save and test again'}</Button>
          </>
        )
      }
    >
      <form
        id="add-upstream"
        noValidate
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && !testing && !works) void save()
        }}
      >
        {failed ? <ErrorNote assertive error={failed} /> : null}
        {phase ? <TestResult phase={phase} /> : null}
        {works ? null : <UpstreamFields draft={draft} onChange={setDraft} problems={tried ? problems : {}} keyHint={keyStore} keyLabel={kindOf?.needsKey ? 'Key' : 'Key (only if it wants one)'} listed={added === null ? [] : (look(added.id)?.models ?? [])} />}
      </form>
    </Dialog>
  )
}

const hostOf = (url: string): string => URL.parse(url)?.host ?? url
/** `gateway.addUpstream` answers with the id; a change answers with nothing. */
function idOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : ''
}
