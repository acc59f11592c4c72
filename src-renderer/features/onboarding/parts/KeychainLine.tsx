/** Where the sign-in will be kept, said plainly. Props only. */
import { KeyRound, TriangleAlert } from 'lucide-react'

/** null = not known yet: nothing is said. */
export function KeychainLine({ available }: { available: boolean | null }) {
  if (available === null) return null
  return available ? (
    <p className="flex min-w-0 items-center gap-2.5 text-sm text-text-3"><KeyRound aria-hidden className="size-4 shrink-0" />The token will live in your system keychain only.</p>
  ) : (
    <p className="flex min-w-0 items-start gap-2.5 text-sm text-warn"><TriangleAlert aria-hidden className="mt-px size-4 shrink-0" />No system keychain: the sign-in is kept in memory and ends when Portico quits.</p>
  )
}
