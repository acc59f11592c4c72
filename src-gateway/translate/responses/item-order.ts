/**
 * Puts an upstream's output items in order: events of items that overlap come out one item after the other, as a turn's events must. The first item streams;
 * what belongs to a later one waits until the earlier one is done. Pure; part of the answer reader.
 */
import type { TurnEvent } from '../turn.ts'

export type ItemKind = 'message' | 'reasoning' | 'call'

/** What is known of one output item so far. */
export interface ItemState {
  kind: ItemKind
  index: number | null
  /** The upstream's, or ''. */
  id: string
  /** Events that wait for their turn; null while the item streams (or has streamed). */
  queue: TurnEvent[] | null
  isDone: boolean
  /**
   * Another item may begin although this one was never ended: its text or arguments are complete (a `.done` event said so), its events name no item at all, or it is
   * reasoning, which nobody goes on with once the answer has begun, and behind which the answer must not wait.
   */
  mayYield: boolean
  /** Characters delivered of its text, refusal, or arguments. */
  sent: number
  sentRefusal: number
  /** The content or summary part that deltas belong to, and what was delivered of it. */
  partIndex: number
  partSent: number
  form: 'full' | 'summary' | null
  /** Tool calls: begun; `isHeld`: free text wrapped in JSON, which can only be unwrapped whole. */
  isStarted: boolean
  isHeld: boolean
  buffer: string
}

export interface ItemOrder {
  /** Where finished events are put; taken by the reader with every piece. */
  out: TurnEvent[]
  find(kind: ItemKind, index: number | null, id: string): ItemState | null
  add(kind: ItemKind, index: number | null, id: string): ItemState
  /** The items of one kind, in the order they were met. */
  all(): readonly ItemState[]
  /** An event of an item: out at once when it is the item's turn, else held. */
  emit(item: ItemState, event: TurnEvent): void
  /** The item is over; the next one that waits goes on. */
  finish(item: ItemState): void
  /** Lets everything go that waits, in order. @param close Ends an item that was never ended. */
  flush(close: (item: ItemState) => void): void
}

/** @param yielding Ends an item that another one overtakes (`mayYield`). */
export function createItemOrder(yielding: (item: ItemState) => void): ItemOrder {
  const items: ItemState[] = []
  const byPlace = new Map<string, ItemState>()
  const byId = new Map<string, ItemState>()
  const waiting: ItemState[] = []
  let live: ItemState | null = null
  /** The item whose text came out last, as long as nothing else did. */
  let lastText: ItemState | null = null

  const release = (item: ItemState, event: TurnEvent): void => {
    const { out } = order
    const last = out.at(-1)
    if (event.type === 'text') {
      // Two messages after each other (a comment, then the answer) are one text in a turn: without a break they would run together.
      if (lastText !== null && lastText !== item) out.push({ type: 'text', text: `\n\n${event.text}` })
      else if (last?.type === 'text') last.text += event.text
      else out.push(event)
      lastText = item
      return
    }
    lastText = null
    if (event.type === 'tool-delta' && last?.type === 'tool-delta') last.text += event.text
    else if (event.type === 'reasoning' && last?.type === 'reasoning' && last.form === event.form) last.text += event.text
    else out.push(event)
  }
  const promote = (): void => {
    live = null
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const held = next.queue ?? []
      next.queue = null
      for (const event of held) release(next, event)
      if (!next.isDone) {
        live = next
        return
      }
    }
  }
  const order: ItemOrder = {
    out: [],
    find: (kind, index, id) => {
      const placed = index === null ? undefined : byPlace.get(`${kind}/${index}`)
      if (placed) return placed
      const named = id === '' ? undefined : byId.get(id)
      if (named?.kind === kind) return named
      // Simple servers tell neither, or not always: then it is the one that is being told, unless both say that they are different.
      return items.findLast((item) => item.kind === kind && !item.isDone && (item.index === null || index === null) && (item.id === '' || id === '')) ?? null
    },
    add: (kind, index, id) => {
      const item: ItemState = {
        kind, index, id, queue: null, isDone: false, mayYield: kind === 'reasoning' || (index === null && id === ''), sent: 0, sentRefusal: 0, partIndex: -1, partSent: 0, form: null, isStarted: false, isHeld: false, buffer: '',
      }
      items.push(item)
      if (index !== null) byPlace.set(`${kind}/${index}`, item)
      if (id !== '') byId.set(id, item)
      if (live?.mayYield === true && !live.isDone) yielding(live)
      if (live === null) live = item
      else {
        item.queue = []
        waiting.push(item)
      }
      return item
    },
    all: () => items,
    emit: (item, event) => {
      if (item.queue !== null) item.queue.push(event)
      else release(item, event)
    },
    finish: (item) => {
      item.isDone = true
      if (live === item) promote()
    },
    flush: (close) => {
      for (const item of items) if (!item.isDone) close(item)
      // `close` may leave an item open on purpose; nothing may keep waiting behind it.
      while (waiting.length > 0) promote()
    },
  }
  return order
}
