/** Tells a person who sees no window which sessions wait for their answer: once per wait. */
import type { SessionSummary } from '../../src-shared/domain/session.ts'
import type { Notifier } from '../platform/ports.ts'

export interface WaitingNotices {
  /** Something about the sessions changed. */
  update(sessions: readonly SessionSummary[]): void
  /** The window is gone: what waited while it could be seen is told now. */
  windowClosed(): void
}

export function createWaitingNotices(deps: { notifier: Notifier; isSeen(): boolean; enabled(): boolean; open(sessionId: string): void }): WaitingNotices {
  let waiting: readonly SessionSummary[] = []
  let told: ReadonlySet<string> = new Set()
  const tell = (): void => {
    if (deps.isSeen() || !deps.enabled()) return
    for (const { id, title } of waiting) {
      if (!told.has(id)) deps.notifier.show({ title: 'Portico waits for your answer', body: title, onClick: () => deps.open(id) })
    }
    told = new Set(waiting.map(({ id }) => id))
  }
  return {
    update(sessions) {
      waiting = sessions.filter((session) => session.activity === 'waiting')
      told = new Set(waiting.filter(({ id }) => told.has(id)).map(({ id }) => id))
      tell()
    },
    windowClosed: tell,
  }
}
