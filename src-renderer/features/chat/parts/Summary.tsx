/** Where the conversation was summed up for the model: a line across, the summary when opened. Props only. */
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Markdown } from '../../../lib/markdown/render.tsx'

export function Summary({ text }: { text: string }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <div className="flex items-center gap-3 before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)} className="flex h-[26px] items-center gap-1.5 rounded-md px-1.5 text-sm text-text-3 hover:bg-hover hover:text-text-2">
          The conversation was long: the model goes on from a summary
          <ChevronRight aria-hidden className={cx('size-3.5 shrink-0 transition-transform', open && 'rotate-90')} />
        </button>
      </div>
      <div id={id} hidden={!open} className="mt-1 border-l-2 border-border pl-3">{open ? <Markdown text={text} className="md-quiet" /> : null}</div>
    </div>
  )
}
