/** Something is under way. With a label it speaks; without one it is decoration beside words. Props only. */
import { LoaderCircle } from 'lucide-react'
import { cx } from '../lib/classes.ts'

export function Spinner({ label, className }: { label?: string | undefined; className?: string | undefined }) {
  return (
    <span role={label ? 'status' : undefined} className={cx('inline-flex', className)}>
      <LoaderCircle aria-hidden className="size-4 animate-[spin_1s_steps(12)_infinite] motion-reduce:animate-none" />
      {label ? <span className="sr-only">{label}</span> : null}
    </span>
  )
}
