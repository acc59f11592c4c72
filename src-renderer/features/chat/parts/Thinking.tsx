/** What the model thought before it answered: one quiet line, the words when opened. Props only. */
import { Brain } from 'lucide-react'
import type { SessionItem } from '../../../../src-shared/domain/session.ts'
import { Markdown, StreamingMarkdown, type LiveMarkdown } from '../../../lib/markdown/render.tsx'
import { Fold } from '../../../ui/fold.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { thinkingText } from '../logic.ts'

export function Thinking({ item, live }: { item: Extract<SessionItem, { kind: 'thinking' }>; live: LiveMarkdown | null }) {
  return (
    <Fold icon={item.done ? <Brain aria-hidden className="size-4 shrink-0" /> : <Spinner className="text-text-3" />} label={thinkingText(item)}>
      {() => (live ? <StreamingMarkdown live={live} className="md-quiet" /> : <Markdown text={item.text} className="md-quiet" />)}
    </Fold>
  )
}
