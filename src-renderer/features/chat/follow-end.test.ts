/** What counts as a person's scrolling: pressing a button inside the list must not make it lose its end. */
import { expect, it } from 'vitest'
import { mayScroll } from './follow-end.ts'

it('takes wheels, touches, the scroll bar and scroll keys for scrolling, and no button', () => {
  expect(mayScroll('wheel', false, null)).toBe(true)
  expect(mayScroll('touchmove', false, null)).toBe(true)
  expect(mayScroll('pointerdown', true, null)).toBe(true)
  expect(mayScroll('pointerdown', false, null)).toBe(false)
  expect(mayScroll('keydown', false, 'PageUp')).toBe(true)
  expect(mayScroll('keydown', true, 'Enter')).toBe(false)
})
