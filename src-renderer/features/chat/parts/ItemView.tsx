/** One item of a session: what was said, done, asked or billed. Props only. */
import { GitFork, Pencil, Undo2 } from 'lucide-react'
import { memo, useState } from 'react'
import type { ApprovalDecision, SessionItem } from '../../../../src-shared/domain/session.ts'
import { Markdown, StreamingMarkdown, type LiveMarkdown } from '../../../lib/markdown/render.tsx'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { SentChips } from './AttachChips.tsx'
import { ApprovalCard } from './ApprovalCard.tsx'
import { Summary } from './Summary.tsx'
import { Thinking } from './Thinking.tsx'
import { ToolCard } from './ToolCard.tsx'
import { TurnEnd } from './TurnEnd.tsx'

export interface ItemViewProps {
  item: SessionItem
  /** The growing text of an item that was seen growing. */
  live: LiveMarkdown | null
  /** This is the approval that takes the focus. */
  asks: boolean
  onRetry: (() => void) | null
  onAnswer: (approvalId: string, decision: ApprovalDecision) => Promise<boolean>
  /** A new session up to this message; `before` leaves it out, to be said in another way. */
  onFork: (itemId: string, before: boolean) => void
  /** Back to before this prompt. */
  onBack: (turnId: string, itemId: string) => void
  sessionId: string
  /** No turn runs. */
  idle: boolean
  /** What a running call tells of itself. */
  progress: { text: string; share: number | null } | null
  /** An image that a message carries, as a data address; null = it is gone. */
  loadImage: (itemId: string, place: number) => Promise<string | null>
  /** Only under a plan that is the newest. */
  onCarryOut: (() => void) | null
}

export const ItemView = memo(function ItemView({ item, live, asks, onRetry, onAnswer, onFork, onBack, onCarryOut, loadImage, progress, sessionId, idle }: ItemViewProps) {
  switch (item.kind) {
    case 'user': return <UserText item={item} loadImage={loadImage} onEdit={() => onFork(item.id, true)} onFork={() => onFork(item.id, false)} onBack={idle ? () => onBack(item.turnId, item.id) : null} />
    case 'assistant': {
      if (live) return <StreamingMarkdown live={live} />
      return item.text === '' ? null : <Markdown text={item.text} />
    }
    case 'thinking': return <Thinking item={item} live={live} />
    case 'summary': return <Summary text={item.text} />
    case 'tool': {
      const { call } = item
      if (call.status !== 'waiting' || call.approvalId === null) return <ToolCard call={call} progress={progress} />
      const { approvalId } = call
      return <ApprovalCard key={approvalId} call={call} first={asks} onAnswer={(decision) => onAnswer(approvalId, decision)} />
    }
    case 'turn-end': return <TurnEnd item={item} sessionId={sessionId} idle={idle} onRetry={onRetry} onCarryOut={onCarryOut} />
  }
})

/** More than this is folded at first (characters). */
const LONG = 2500

function UserText({ item: { id, text, attachments }, loadImage, onEdit, onFork, onBack }: { item: Extract<SessionItem, { kind: 'user' }>; loadImage: ItemViewProps['loadImage']; onEdit: () => void; onFork: () => void; onBack: (() => void) | null }) {
  const [all, setAll] = useState(false)
  const folded = text.length > LONG && !all
  return (
    <div className="group/said flex items-start justify-end gap-1">
      <span className="flex pt-1 opacity-0 group-hover/said:opacity-100 focus-within:opacity-100">
        <IconButton label="Edit, in a new session" icon={<Pencil aria-hidden />} size="sm" onClick={onEdit} />
        {onBack ? <IconButton label="Go back to before this message" icon={<Undo2 aria-hidden />} size="sm" onClick={onBack} /> : null}
        <IconButton label="New session from here" icon={<GitFork aria-hidden />} size="sm" onClick={onFork} />
      </span>
      <div className="flex max-w-[85%] min-w-0 flex-col items-end">
        {attachments ? <SentChips itemId={id} attachments={attachments} load={loadImage} /> : null}
        <div className="max-w-full rounded-xl rounded-br-sm border border-border bg-sunken px-3.5 py-2 dark:bg-raised">
        <p className="text-[14px] leading-6 whitespace-pre-wrap [overflow-wrap:anywhere]"><span className="sr-only">You: </span>{folded ? `${text.slice(0, LONG)}…` : text}</p>
        {folded ? <Button size="sm" variant="ghost" className="mt-1 -ml-2" onClick={() => setAll(true)}>Show all {text.length.toLocaleString('en')} characters</Button> : null}
      </div>
      </div>
    </div>
  )
}
