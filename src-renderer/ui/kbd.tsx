/** A key to press. Props only. */
import type { ReactNode } from 'react'

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-current/30 px-1 font-sans text-xs">{children}</kbd>
}
