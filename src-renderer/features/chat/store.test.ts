/** Pages and events must give the same session in any order they can arrive in. */
import { describe, expect, it } from 'vitest'
import type { ChatEvent, SessionItem, SessionPage, SessionSummary } from '../../../src-shared/domain/session.ts'
import { applyBatch, applyFirstPage, applyPage, beginOpen, failOpen, initialChat, openId, refuse, setDraft, type ChatState } from './store.ts'

const session: SessionSummary = {
  id: 's', title: 'A session', folder: '/code', model: 'm', wire: 'messages', createdAt: 0, updatedAt: 0, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
}
const user = (n: number, text = `text ${n}`): SessionItem => ({ kind: 'user', id: `i${n}`, turnId: 't', at: 0, text })
const page = (from: number, items: readonly SessionItem[], total: number, seq: number): SessionPage => ({ session, total, from, items, seq, queued: [], pause: null })
const item = (index: number, text?: string): ChatEvent => ({ type: 'item', sessionId: 's', index, item: user(index, text) })
const texts = (state: ChatState): (string | null)[] =>
  state.opening.kind === 'ready' ? state.opening.open.slots.map((slot) => (slot?.item.kind === 'user' ? slot.item.text : null)) : []
const opened = (first: SessionPage): ChatState => applyFirstPage(beginOpen(initialChat, 's'), first)

describe('opening a session', () => {
  it('shows the newest page and knows what is missing before it', () => {
    expect(texts(opened(page(2, [user(2), user(3)], 4, 7)))).toEqual([null, null, 'text 2', 'text 3'])
  })

  it('keeps events that came while the page was on its way, and drops those already in it', () => {
    const loading = [item(0, 'old'), item(1, 'new')].reduce((state, event, at) => applyBatch(state, { seq: 5 + at, events: [event] }), beginOpen(initialChat, 's'))
    expect(texts(applyFirstPage(loading, page(0, [user(0)], 1, 5)))).toEqual(['text 0', 'new'])
  })

  it('ignores a page of a session that is no longer wanted', () => {
    const other = beginOpen(initialChat, 'other')
    expect(applyFirstPage(other, page(0, [user(0)], 1, 1))).toBe(other)
    expect(openId(failOpen(other, 's', { code: 'internal', fields: {}, retryable: false }))).toBe('other')
  })
})

describe('events', () => {
  const start = opened(page(0, [user(0)], 1, 5))

  it('adds and replaces items; the same message twice changes nothing more', () => {
    const batch = { seq: 6, events: [item(1), item(0, 'changed')] }
    const once = applyBatch(start, batch)
    expect(texts(once)).toEqual(['changed', 'text 1'])
    expect(texts(applyBatch(once, batch))).toEqual(['changed', 'text 1'])
  })

  it('takes the later of two changes in one message', () => {
    expect(texts(applyBatch(start, { seq: 6, events: [item(1, 'a'), item(1, 'b')] }))).toEqual(['text 0', 'b'])
  })

  it('does not let an older event or page take back what is newer', () => {
    const newer = applyBatch(start, { seq: 9, events: [item(0, 'nine')] })
    expect(texts(applyBatch(newer, { seq: 7, events: [item(0, 'seven')] }))).toEqual(['nine'])
    expect(texts(applyPage(newer, page(0, [user(0, 'page of 8')], 1, 8)))).toEqual(['nine'])
    expect(texts(applyPage(newer, page(0, [user(0, 'page of 10')], 1, 10)))).toEqual(['page of 10'])
  })

  it('leaves a gap open when an item comes before the ones between', () => {
    expect(texts(applyBatch(start, { seq: 6, events: [item(3)] }))).toEqual(['text 0', null, null, 'text 3'])
  })

  it('does not touch the state for deltas or other sessions', () => {
    const batch = { seq: 6, events: [
      { type: 'delta', sessionId: 's', itemId: 'i0', offset: 0, text: 'x' },
      { type: 'item', sessionId: 'other', index: 0, item: user(0, 'x') },
    ] satisfies ChatEvent[] }
    expect(applyBatch(start, batch)).toBe(start)
  })

  it('follows the session’s summary, and closes it when it is removed', () => {
    const renamed = applyBatch(start, { seq: 6, events: [{ type: 'session', session: { ...session, title: 'New' } }] })
    expect(renamed.opening.kind === 'ready' && renamed.opening.open.session.title).toBe('New')
    expect(applyBatch(start, { seq: 6, events: [{ type: 'removed', sessionId: 's' }] }).opening).toEqual({ kind: 'none' })
  })
})

it('keeps a draft per session and one refusal', () => {
  const state = setDraft(setDraft(initialChat, 'a', 'one'), 'b', 'two')
  expect(state.drafts).toEqual({ a: 'one', b: 'two' })
  expect(refuse(refuse(state, 'a', { code: 'session.busy', fields: {}, retryable: false }), 'a', null).refused).toBeNull()
})
