/** One item of a session: what was said, done, asked or billed. Props only. */
import { memo } from 'react'
import type { ApprovalDecision, SessionItem } from '../../../../src-shared/domain/session.ts'
import { Markdown, StreamingMarkdown, type LiveMarkdown } from '../../../lib/markdown/render.tsx'
import { ApprovalCard } from './ApprovalCard.tsx'
import { ToolCard } from './ToolCard.tsx'
import { TurnEnd } from './TurnEnd.tsx'

export interface ItemViewProps {
  item: SessionItem
  /** The growing text of an assistant item that was seen growing. */
  live: LiveMarkdown | null
  /** This is the approval that takes the focus. */
  asks: boolean
  onRetry: (() => void) | null
  onAnswer: (approvalId: string, decision: ApprovalDecision) => Promise<boolean>
}

export const ItemView = memo(function ItemView({ item, live, asks, onRetry, onAnswer }: ItemViewProps) {
  switch (item.kind) {
    case 'user': return (
      <div className="flex justify-end">
        <p className="max-w-[85%] rounded-xl rounded-br-sm border border-border bg-sunken px-3.5 py-2 text-[14px] leading-6 whitespace-pre-wrap [overflow-wrap:anywhere] dark:bg-raised">
          <span className="sr-only">You: </span>{item.text}
        </p>
      </div>
    )
    case 'assistant': {
      if (live) return <StreamingMarkdown live={live} />
      return item.text === '' ? null : <Markdown text={item.text} />
    }
    case 'tool': {
      const { call } = item
      if (call.status !== 'waiting' || call.approvalId === null) return <ToolCard call={call} />
      const { approvalId } = call
      return <ApprovalCard key={approvalId} call={call} first={asks} onAnswer={(decision) => onAnswer(approvalId, decision)} />
    }
    case 'turn-end': return <TurnEnd item={item} onRetry={onRetry} />
  }
})
