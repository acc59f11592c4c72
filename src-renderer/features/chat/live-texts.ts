/** The growing texts of the open session, by item. They change many times a second and draw only themselves. */
import type { ChatEvent, SessionItem } from '../../../src-shared/domain/session.ts'
import { createLiveText, type LiveText } from '../../lib/markdown/live.ts'

/** An item whose text grows. */
export type GrowingItem = Extract<SessionItem, { kind: 'assistant' | 'thinking' }>

export function isGrowing(item: SessionItem | null | undefined): item is GrowingItem {
  return (item?.kind === 'assistant' || item?.kind === 'thinking') && !item.done
}

export class LiveTexts {
  private readonly texts = new Map<string, LiveText>()
  private readonly schedule: (run: () => void) => void

  constructor(schedule: (run: () => void) => void) {
    this.schedule = schedule
  }

  /** The text of an unfinished item, begun with what the item says so far. */
  of(item: GrowingItem): LiveText {
    const known = this.texts.get(item.id)
    if (known) return known
    const made = createLiveText(item.text, this.schedule)
    this.texts.set(item.id, made)
    return made
  }

  /** The text of an item that was seen growing; null for one that was whole from the start. */
  find(id: string): LiveText | null {
    return this.texts.get(id) ?? null
  }

  /** An item's newest state: never takes back text that deltas have already brought. */
  settle(item: SessionItem): void {
    if (item.kind !== 'assistant' && item.kind !== 'thinking') return
    const live = this.texts.get(item.id)
    if (live && (item.done || item.text.length > live.text().length)) live.replace(item.text, item.done)
  }

  /** Adds a delta. False = there is a gap: the item must be read again. */
  add(delta: Extract<ChatEvent, { type: 'delta' }>, item: GrowingItem): boolean {
    return this.of(item).add(delta.offset, delta.text)
  }

  clear(): void {
    this.texts.clear()
  }
}
