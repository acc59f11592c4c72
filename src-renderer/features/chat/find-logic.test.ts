/** Places are gone through in a ring, and counted in words. */
import { expect, it } from 'vitest'
import { findCount, stepPlace } from './find-logic.ts'

it('goes around both ends', () => {
  expect([stepPlace(0, 3, -1), stepPlace(2, 3, 1), stepPlace(1, 3, 1), stepPlace(5, 0, 1)]).toEqual([2, 0, 2, 0])
})
it('counts', () => {
  const places = Array.from({ length: 17 }, (_, nth) => ({ position: 0, nth }))
  expect(findCount(2, { places, more: false })).toBe('3 of 17')
  expect(findCount(2, { places, more: true })).toBe('3 of 17 or more')
  expect(findCount(40, { places, more: false })).toBe('17 of 17')
  expect(findCount(0, { places: [], more: false })).toBe('Not found')
})
