/** One tool call: what it is about on one line, arguments and result when opened. Props only. */
import { ChevronRight, FilePen, FileText, FolderOpen, Plug, Search, SquareTerminal, Wrench } from 'lucide-react'
import { memo, useId, useState, type ReactNode } from 'react'
import type { ToolCallView } from '../../../../src-shared/domain/session.ts'
import { cx } from '../../../lib/classes.ts'
import { Badge, type Tone } from '../../../ui/badge.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { toolFacts, toolTitle } from '../logic.ts'
import { DiffCounts, DiffView } from '../../../ui/diff-view.tsx'

const ICONS: Readonly<Record<string, typeof Wrench>> = { search: Search, read: FileText, list: FolderOpen, write: FilePen, edit: FilePen, run: SquareTerminal }
const WORD: Readonly<Partial<Record<ToolCallView['status'], { word: string; tone: Tone }>>> = {
  queued: { word: 'next', tone: 'neutral' },
  failed: { word: 'failed', tone: 'bad' },
  denied: { word: 'denied', tone: 'warn' },
  cancelled: { word: 'stopped', tone: 'neutral' },
}

export function toolIcon(call: ToolCallView): ReactNode {
  const Icon = call.origin.kind === 'mcp' ? Plug : (ICONS[call.name] ?? Wrench)
  return <Icon aria-hidden className="size-4 shrink-0 text-text-2" />
}

export const ToolCard = memo(function ToolCard({ call, progress = null }: { call: ToolCallView; progress?: { text: string; share: number | null } | null }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const state = WORD[call.status] ?? (call.isError ? { word: 'failed', tone: 'bad' as const } : null)
  return (
    <div className="overflow-hidden rounded-lg border border-border bg-raised">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex h-[34px] w-full items-center gap-2.5 px-3 text-left hover:bg-hover focus-visible:-outline-offset-2"
      >
        {toolIcon(call)}
        <span className="shrink-0 font-semibold">{toolTitle(call)}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-sm text-text-2">{call.summary}</span>
        {call.diff ? <DiffCounts added={call.diff.added} removed={call.diff.removed} /> : null}
        {state ? <Badge tone={state.tone}>{state.word}</Badge> : null}
        {call.status === 'running' ? <Spinner label="running" className="text-text-3" /> : null}
        <span className="tabular shrink-0 text-sm text-text-3">{toolFacts(call)}</span>
        <ChevronRight aria-hidden className={cx('size-4 shrink-0 text-text-3 transition-transform', open && 'rotate-90')} />
      </button>
      {progress && call.status === 'running' ? <Progress {...progress} /> : null}
      <div id={id} hidden={!open} className="border-t border-border px-3 py-2.5">
        {open ? <Details call={call} /> : null}
      </div>
    </div>
  )
})

/** What a running call tells of itself: a server's words and how far it is, or the newest lines of a command. */
function Progress({ text, share }: { text: string; share: number | null }) {
  return (
    <div className="border-t border-border px-3 py-1.5">
      {text === '' ? null : <pre className="overflow-hidden font-mono text-[12px] leading-[18px] text-text-3 whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</pre>}
      {share === null ? null : <progress aria-label="Progress" className="block h-1 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent" max={1} value={share} />}
    </div>
  )
}

function Details({ call }: { call: ToolCallView }) {
  return (
    <div className="flex flex-col gap-2.5">
      {call.denyNote ? <p className="text-base"><span className="text-text-3">You said: </span>{call.denyNote}</p> : null}
      {call.diff ? <DiffView unified={call.diff.unified} truncated={call.diff.truncated} className="max-h-96" /> : <Text title="Arguments" text={call.argumentsText} />}
      {call.resultText === null ? null : <Text title={call.isError ? 'Error' : 'Result'} text={call.resultText === '' ? '(empty)' : call.resultText} bad={call.isError} />}
    </div>
  )
}

function Text({ title, text, bad = false }: { title: string; text: string; bad?: boolean }) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs font-semibold text-text-3">{title}</p>
      <pre tabIndex={0} aria-label={title} className={cx('max-h-80 overflow-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-[12px] leading-[18px] whitespace-pre-wrap [overflow-wrap:anywhere]', bad && 'text-bad')}>{text}</pre>
    </div>
  )
}
