/** Which sessions began to wait for an answer, so that a person whose window is closed hears of it. Pure. */
import type { SessionSummary } from '../../src-shared/domain/session.ts'

/** Sessions that wait now and did not before; each is named once per wait. */
export function newlyWaiting(before: ReadonlySet<string>, sessions: readonly SessionSummary[]): { waiting: ReadonlySet<string>; news: readonly SessionSummary[] } {
  const waiting = sessions.filter((session) => session.activity === 'waiting')
  return { waiting: new Set(waiting.map(({ id }) => id)), news: waiting.filter(({ id }) => !before.has(id)) }
}
