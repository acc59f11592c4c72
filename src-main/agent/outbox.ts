/** Everything a session shows goes through here: written to the database first, then published, at most one batch a frame. Runs in main. */
import type { ChatEvent } from '../../src-shared/domain/session.ts'
import type { Timers } from '../platform/ports.ts'
import type { SessionRepository } from '../sessions/repository.ts'

/** Milliseconds between two batches: 25 a second read as flowing, and two never meet in one frame. */
const FRAME_MS = 40
/** After a batch with this many characters (over 1,500 a second, faster than anybody reads) the next may take a little longer: drawing costs the window most. */
const MUCH_TEXT = 64
const MUCH_TEXT_MS = 80

export interface Outbox {
  /** Writes all of `write` in one transaction, after the text that is waiting, and queues the events it returns. @throws AppError `storage.*` */
  commit(write: () => readonly ChatEvent[]): void
  /** Writes `write` with the next transaction, at the latest with the next frame. Asked for twice before that, the same function runs once. */
  later(write: () => readonly ChatEvent[]): void
  /** Streamed text: written and published with the next frame. */
  text(delta: Extract<ChatEvent, { type: 'delta' }>): void
  /** Queues events that need no write. */
  announce(events: readonly ChatEvent[]): void
  /** Writes and publishes what is waiting, now. @throws AppError `storage.*` */
  flush(): void
}

export function createOutbox(deps: {
  repository: Pick<SessionRepository, 'transaction' | 'appendText'>
  timers: Timers
  publish: (events: readonly ChatEvent[]) => void
  /** Waiting text could not be written at a frame; it is gone. */
  onFailure: (error: unknown) => void
}): Outbox {
  let deltas: Extract<ChatEvent, { type: 'delta' }>[] = []
  let events: ChatEvent[] = []
  const later = new Set<() => readonly ChatEvent[]>()
  let cancelFrame: (() => void) | null = null
  let pause = FRAME_MS

  const schedule = (): void => {
    cancelFrame ??= deps.timers.after(pause, () => {
      cancelFrame = null
      try {
        flush()
      } catch (error) {
        deps.onFailure(error)
      }
    })
  }
  const queue = (added: readonly ChatEvent[]): void => {
    for (const event of added) events = addEvent(events, event)
    if (events.length > 0) schedule()
  }
  const write = (work: () => readonly ChatEvent[]): void => {
    const waiting = deltas
    const before = [...later]
    deltas = []
    later.clear()
    const added = deps.repository.transaction(() => {
      for (const delta of waiting) deps.repository.appendText(delta.itemId, delta.offset, delta.text)
      return [...before.flatMap((one) => one()), ...work()]
    })
    queue([...waiting, ...added])
  }
  const flush = (): void => {
    if (deltas.length > 0 || later.size > 0) write(() => [])
    cancelFrame?.()
    cancelFrame = null
    const batch = events
    events = []
    pause = charactersIn(batch) >= MUCH_TEXT ? MUCH_TEXT_MS : FRAME_MS
    if (batch.length > 0) deps.publish(batch)
  }
  return {
    commit: write,
    later: (work) => {
      later.add(work)
      schedule()
    },
    text: (delta) => {
      const last = deltas.at(-1)
      if (last?.itemId === delta.itemId && last.offset + last.text.length === delta.offset) last.text += delta.text
      else deltas.push({ ...delta })
      schedule()
    },
    announce: queue,
    flush,
  }
}

/** Adds an event to a batch and drops what it makes superfluous; the order in which items first appear stays. */
export function addEvent(batch: readonly ChatEvent[], event: ChatEvent): ChatEvent[] {
  if (event.type === 'session') return [...batch.filter((other) => other.type !== 'session' || other.session.id !== event.session.id), event]
  if (event.type === 'removed') return [...batch.filter((other) => sessionOf(other) !== event.sessionId), event]
  if (event.type === 'item') {
    const place = batch.findIndex((other) => other.type === 'item' && other.item.id === event.item.id)
    const others = batch.map((other, index) => (index === place ? event : other))
    const kept = others.filter((other) => other.type !== 'delta' || other.itemId !== event.item.id)
    return place < 0 ? [...kept, event] : kept
  }
  if (event.type === 'progress') return [...batch.filter((other) => other.type !== 'progress' || other.itemId !== event.itemId), event]
  // Of how things stand only the newest counts.
  if (event.type !== 'delta') return [...batch.filter((other) => other.type !== event.type || other.sessionId !== event.sessionId), event]
  const last = batch.at(-1)
  if (last?.type === 'delta' && last.itemId === event.itemId && last.offset + last.text.length === event.offset) {
    return [...batch.slice(0, -1), { ...last, text: last.text + event.text }]
  }
  return [...batch, event]
}

function charactersIn(batch: readonly ChatEvent[]): number {
  return batch.reduce((sum, event) => sum + (event.type === 'delta' ? event.text.length : 0), 0)
}

function sessionOf(event: ChatEvent): string {
  return event.type === 'session' ? event.session.id : event.sessionId
}
