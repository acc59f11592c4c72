/** What counts as a person's scrolling: pressing a button inside the list must not make it lose its end. */
import { expect, it } from 'vitest'
import { mayScroll, meansEnd, reachesEnd } from './follow-end.ts'

it('takes wheels, touches, the scroll bar and scroll keys for scrolling, and no button', () => {
  expect(mayScroll('wheel', false, null)).toBe(true)
  expect(mayScroll('touchmove', false, null)).toBe(true)
  expect(mayScroll('pointerdown', true, null)).toBe(true)
  expect(mayScroll('pointerdown', false, null)).toBe(false)
  expect(mayScroll('keydown', false, 'PageUp')).toBe(true)
  expect(mayScroll('keydown', true, 'Enter')).toBe(false)
})

it('takes the end as it was when the wheel turned for the end, and no way up', () => {
  const now = { scrollTop: 800, clientHeight: 200, scrollHeight: 1_500 }
  expect(reachesEnd({ top: 600, height: 1_000, byHand: true }, now)).toBe(true)
  expect(reachesEnd({ top: 600, height: 1_100, byHand: true }, now)).toBe(false)
  expect(reachesEnd({ top: 900, height: 1_000, byHand: true }, now)).toBe(false)
  expect(reachesEnd({ top: 600, height: 1_000, byHand: false }, now)).toBe(false)
  expect(reachesEnd({ top: 900, height: 9_999, byHand: false }, { ...now, scrollHeight: 1_020 })).toBe(true)
})

it('knows the keys that go to the end, but not in a box one writes in', () => {
  const key = { key: 'End', altKey: false, shiftKey: false, metaKey: false }
  expect(meansEnd(key, false)).toBe(true)
  expect(meansEnd(key, true)).toBe(false)
  expect(meansEnd({ ...key, shiftKey: true }, false)).toBe(false)
  expect(meansEnd({ ...key, key: 'ArrowDown', metaKey: true }, false)).toBe(true)
  expect(meansEnd({ ...key, key: 'ArrowDown' }, false)).toBe(false)
})
