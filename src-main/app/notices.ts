/** What went wrong at start and was put right (a damaged file kept aside): shown until dismissed. */
import type { Notice } from '../../src-shared/domain/settings.ts'
import { toErrorData } from '../../src-shared/errors.ts'

export interface Notices {
  list(): readonly Notice[]
  add(thrown: unknown): void
  dismiss(id: string): void
  onChange(listener: () => void): () => void
}

export function createNotices(deps: { clock: { now(): number }; ids: { next(prefix: string): string } }): Notices {
  let notices: readonly Notice[] = []
  const listeners = new Set<() => void>()
  const change = (next: readonly Notice[]): void => {
    notices = next
    for (const listener of listeners) listener()
  }
  return {
    list: () => notices,
    add: (thrown) => change([...notices, { id: deps.ids.next('notice'), error: toErrorData(thrown), at: deps.clock.now() }]),
    dismiss: (id) => change(notices.filter((notice) => notice.id !== id)),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
