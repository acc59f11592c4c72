/** The place of something that is loading; give it the size with classes. Props only. */
import { cx } from '../lib/classes.ts'

export function Skeleton({ className }: { className?: string | undefined }) {
  return <span aria-hidden className={cx('block rounded-md bg-hover', className)} />
}
