/** A quiet line that opens what is below it; what is folded is not made. Props only. */
import { ChevronRight } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface FoldProps {
  icon?: ReactNode
  label: ReactNode
  /** As a line across the page, with the label in its middle. */
  across?: boolean
  children: () => ReactNode
}

export function Fold({ icon, label, across = false, children }: FoldProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <div className={cx('flex items-center', across ? 'gap-3 before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border' : '-ml-1.5')}>
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)} className="flex h-[26px] items-center gap-2 rounded-md px-1.5 text-sm text-text-3 hover:bg-hover hover:text-text-2">
          {icon}
          {label}
          <ChevronRight aria-hidden className={cx('size-3.5 shrink-0 transition-transform', open && 'rotate-90')} />
        </button>
      </div>
      <div id={id} hidden={!open} className="mt-1 border-l-2 border-border pl-3 text-text-2">{open ? children() : null}</div>
    </div>
  )
}
