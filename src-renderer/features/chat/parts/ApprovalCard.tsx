/** Asks before a tool call: what it wants, the change it would make, and four answers. Props only. */
import { FilePen } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { commandPrefix } from '../../../../src-shared/domain/command-prefix.ts'
import type { ApprovalDecision, ToolCallView } from '../../../../src-shared/domain/session.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Kbd } from '../../../ui/kbd.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { toolTitle, wishText } from '../logic.ts'
import { DiffCounts, DiffView } from '../../../ui/diff-view.tsx'
import { toolIcon } from './ToolCard.tsx'

/** A key pressed for something else must not answer a card that has only just appeared (ms). */
const GUARD = 400

export interface ApprovalCardProps {
  call: ToolCallView
  /** True for the one that takes the focus when nothing else is being typed. */
  first: boolean
  onAnswer: (decision: ApprovalDecision) => Promise<boolean>
}

export function ApprovalCard({ call, first, onAnswer }: ApprovalCardProps) {
  const [mode, setMode] = useState<'asking' | 'denying' | 'always' | 'answered'>('asking')
  const [note, setNote] = useState('')
  const allow = useRef<HTMLButtonElement>(null)
  const shownAt = useRef(0)
  useEffect(() => {
    shownAt.current = performance.now()
    if (first && mayTakeFocus()) allow.current?.focus({ preventScroll: true })
  }, [first])
  const answer = (decision: ApprovalDecision): void => {
    setMode('answered')
    void onAnswer(decision).then((taken) => {
      if (!taken) setMode('asking')
    })
  }
  const busy = mode === 'answered'
  const title = toolTitle(call)
  const prefix = prefixIn(call)
  return (
    <section aria-label={`${wishText(call)}: ${call.summary}`} className="rounded-xl border border-accent bg-raised px-3 pt-3 pb-3 shadow-card">
      <div className="mb-2.5 flex min-w-0 items-center gap-2.5">
        <Badge tone="accent" icon={call.diff ? <FilePen aria-hidden /> : toolIcon(call)} className="[&_svg]:text-accent">{wishText(call)}</Badge>
        {call.origin.kind === 'mcp' ? <span className="shrink-0 font-semibold">{call.name}</span> : null}
        <span className="min-w-0 flex-1 truncate font-mono text-sm font-semibold" title={call.summary}>{call.summary}</span>
        {call.diff ? <DiffCounts added={call.diff.added} removed={call.diff.removed} /> : null}
      </div>
      {call.outside === undefined ? null : <p className="mb-2.5 text-base text-warn [overflow-wrap:anywhere]">Outside of this session’s folder: <span className="font-mono text-sm font-semibold">{call.outside}</span></p>}
      {call.diff ? <DiffView unified={call.diff.unified} truncated={call.diff.truncated} className="max-h-[320px]" /> : (
        <pre tabIndex={0} aria-label="Arguments" className="max-h-60 overflow-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-[12px] leading-[18px] whitespace-pre-wrap [overflow-wrap:anywhere]">{call.argumentsText}</pre>
      )}
      {mode === 'denying' ? (
        <form
          className="mt-2.5 flex items-end gap-2.5"
          onSubmit={(event) => {
            event.preventDefault()
            answer({ kind: 'deny', note: note.trim() })
          }}
        >
          <TextField label="Why not, or what to do instead (optional)" value={note} onChange={setNote} maxLength={4000} autoFocus className="flex-1" />
          <Button onClick={() => setMode('asking')} variant="ghost">Back</Button>
          <Button type="submit" variant="danger">Deny</Button>
        </form>
      ) : (
        <div className="mt-2.5 flex flex-wrap items-center gap-2.5">
          <Button
            ref={allow}
            variant="primary"
            busy={busy}
            onClick={(event) => {
              // `detail` 0 = a key, not a pointer.
              if (event.detail > 0 || performance.now() - shownAt.current > GUARD) answer({ kind: 'once' })
            }}
          >
            Allow once <Kbd>↵</Kbd>
          </Button>
          <Button disabled={busy} onClick={() => answer({ kind: 'session' })}>{call.outside === undefined ? 'Allow in this session' : 'Allow this place in this session'}</Button>
          {call.outside === undefined ? <Button disabled={busy} onClick={() => setMode('always')}>Always…</Button> : null}
          <Button disabled={busy} variant="ghost" className="ml-auto" onClick={() => setMode('denying')}>Deny with a note</Button>
        </div>
      )}
      <Dialog
        open={mode === 'always'}
        onClose={() => setMode('asking')}
        title={`Always allow “${title}”?`}
        description={`${alwaysMeans(call, title)}${prefix === null ? '' : ` Or it no longer asks before any command here that begins with “${prefix}”: more words are fine, but nothing that runs, writes or goes elsewhere.`}`}
        footer={<><Button onClick={() => setMode('asking')}>Cancel</Button>{prefix === null ? null : <Button variant="danger" onClick={() => answer({ kind: 'prefix', prefix })}>Always allow “{prefix} …”</Button>}<Button variant="danger" onClick={() => answer({ kind: 'always' })}>{prefix === null ? 'Always allow' : 'Only exactly this'}</Button></>}
      />
    </section>
  )
}

/** The focus may move unless a person is writing something. */
function mayTakeFocus(): boolean {
  const active = document.activeElement
  if (active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement) return active.value === ''
  return true
}

/** The beginning that can be allowed for always; main works it out again. Null also where the arguments were too long to be shown whole. */
function prefixIn(call: ToolCallView): string | null {
  if (call.origin.kind !== 'workspace' || call.risk !== 'run' || call.name !== 'run') return null
  try {
    const args: unknown = JSON.parse(call.argumentsText)
    return typeof args === 'object' && args !== null && 'command' in args && typeof args.command === 'string' ? commandPrefix(args.command) : null
  } catch {
    return null
  }
}

/** How far "always" reaches: the rule is bound to a folder, an exact command, or one server's tool as it is now. */
function alwaysMeans(call: ToolCallView, title: string): string {
  if (call.origin.kind === 'mcp') return `Portico will no longer ask before ${title} runs, in any session, for as long as the tool stays as it is now. What it does is up to the server.`
  if (call.risk === 'run') return 'Portico will no longer ask before exactly this command runs in this folder.'
  return `Portico will no longer ask before ${title} changes files in this folder.`
}
