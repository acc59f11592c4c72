/** What the model thought before it answered: one quiet line, the words when opened. Props only. */
import { Brain, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import type { SessionItem } from '../../../../src-shared/domain/session.ts'
import { cx } from '../../../lib/classes.ts'
import { Markdown, StreamingMarkdown, type LiveMarkdown } from '../../../lib/markdown/render.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { thinkingText } from '../logic.ts'

export function Thinking({ item, live }: { item: Extract<SessionItem, { kind: 'thinking' }>; live: LiveMarkdown | null }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="-ml-1.5 flex h-[26px] items-center gap-2 rounded-md px-1.5 text-sm text-text-3 hover:bg-hover hover:text-text-2"
      >
        {item.done ? <Brain aria-hidden className="size-4 shrink-0" /> : <Spinner className="text-text-3" />}
        {thinkingText(item)}
        <ChevronRight aria-hidden className={cx('size-3.5 shrink-0 transition-transform', open && 'rotate-90')} />
      </button>
      <div id={id} hidden={!open} className="mt-1 border-l-2 border-border pl-3 text-text-2">
        {open ? live ? <StreamingMarkdown live={live} className="md-quiet" /> : <Markdown text={item.text} className="md-quiet" /> : null}
      </div>
    </div>
  )
}
