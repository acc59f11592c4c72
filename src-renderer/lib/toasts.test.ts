/** Notes do not pile up. */
import { describe, expect, it } from 'vitest'
import { addToast, removeToast, TOAST_LIMIT, type ToastsState } from './toasts.ts'

const empty: ToastsState = { notes: [], next: 1 }
const note = (title: string) => ({ tone: 'bad' as const, title, detail: '' })

describe('toasts', () => {
  it('shows the same trouble once', () => {
    const once = addToast(empty, note('A'))
    expect(addToast(once, note('A'))).toBe(once)
  })
  it('drops the oldest beyond the limit and never reuses an id', () => {
    let state = empty
    for (const title of ['A', 'B', 'C', 'D']) state = addToast(state, note(title))
    expect(state.notes.map((shown) => shown.title)).toEqual(['B', 'C', 'D'])
    expect(state.notes).toHaveLength(TOAST_LIMIT)
    const last = state.notes.at(-1)?.id ?? 0
    expect(addToast(removeToast(state, last), note('E')).notes.at(-1)?.id).toBe(last + 1)
  })
})
