/** Deleting with a way back: a session is hidden at once and really removed when its time is over, at the latest at the next start after that. */
import type { ChatEvent } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import type { ChatDeps } from './chat-ports.ts'
import type { Outbox } from './outbox.ts'

/** So long a deleted session can be brought back (ms). */
export const DELETED_KEPT_MS = 30_000

export interface Deleted {
  /** Hides it; what runs in it is to be stopped before. */
  hide(sessionId: string): void
  /** Shows it again. @throws AppError `session.not-found` when it is gone for good */
  restore(sessionId: string): void
  /** Removes what is hidden longer than `DELETED_KEPT_MS`, and comes back for the rest. Call once at start. */
  sweep(): void
  close(): void
}

export function createDeleted({ repository, outbox, clock, timers, log, undo }: Pick<ChatDeps, 'clock' | 'timers' | 'log' | 'undo'> & { repository: SessionRepository; outbox: Outbox }, forget: (sessionId: string) => Promise<void>): Deleted {
  let cancel: (() => void) | null = null
  let closed = false
  const sweep = (): void => {
    cancel?.()
    cancel = null
    const rest = repository.deleted().filter(({ id, at }) => {
      // A clock that was set back must not keep it for long.
      if (Math.abs(clock.now() - at) < DELETED_KEPT_MS) return true
      // What ran in it may still be writing its last line.
      void forget(id).then(() => {
        if (closed || !repository.isDeleted(id)) return
        repository.transaction(() => {
          repository.removeSession(id)
          undo?.removeSession(id)
        })
      }).catch((error: unknown) => log.error('session.not-removed', { error: String(error) }))
      return false
    })
    const next = rest[0]
    if (next && !closed) cancel = timers.after(Math.max(1, next.at + DELETED_KEPT_MS - clock.now()), sweep)
  }
  return {
    sweep,
    hide: (sessionId) => {
      outbox.commit((): ChatEvent[] => {
        repository.setDeleted(sessionId, clock.now())
        return [{ type: 'removed', sessionId }]
      })
      sweep()
    },
    restore: (sessionId) => {
      const session = repository.session(sessionId)
      if (!session || !repository.isDeleted(sessionId)) throw new AppError('session.not-found')
      outbox.commit(() => {
        repository.setDeleted(sessionId, null)
        return [{ type: 'session', session }]
      })
    },
    close: () => {
      closed = true
      cancel?.()
    },
  }
}
