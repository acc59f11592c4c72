/** The look of the top bar's round buttons. */
import { cx } from '../../lib/classes.ts'

export const PILL = cx(
  'inline-flex h-7 shrink-0 items-center gap-2 rounded-full border border-border bg-raised px-3 text-sm whitespace-nowrap text-text',
  'hover:bg-hover [&_svg]:size-4 [&_svg]:text-text-2',
)
