/** Output that is kept until it is asked for, of any length and cut anywhere. */
import { expect, it } from 'vitest'
import { createOutputRing } from './output-ring.ts'

it('gives what is new, once', () => {
  const ring = createOutputRing(10)
  expect([ring.isEmpty, ring.take(false)]).toEqual([true, { text: '', dropped: 0 }])
  ring.add(Buffer.from('abc'))
  ring.add(Buffer.from('def'))
  expect([ring.isEmpty, ring.take(false), ring.isEmpty]).toEqual([false, { text: 'abcdef', dropped: 0 }, true])
  expect(ring.take(true).text).toBe('')
})
it('keeps the newest bytes, whatever the pieces', () => {
  for (const piece of [1, 2, 3, 7, 10, 11, 25, 100]) {
    const all = Buffer.from(Array.from({ length: 100 }, (_, n) => 33 + (n % 90)))
    const ring = createOutputRing(10)
    for (let at = 0; at < all.length; at += piece) ring.add(all.subarray(at, at + piece))
    expect(ring.take(false), String(piece)).toEqual({ text: all.subarray(90).toString(), dropped: 90 })
  }
})
it('does not cut characters in two', () => {
  const ring = createOutputRing(8)
  const bytes = Buffer.from('aü🙂')
  ring.add(bytes.subarray(0, 5))
  expect(ring.take(false).text).toBe('aü')
  ring.add(bytes.subarray(5))
  expect(ring.take(false).text).toBe('🙂')
  ring.add(Buffer.from('🙂🙂x'))
  expect(ring.take(false)).toEqual({ text: '🙂x', dropped: 1 })
  ring.add(bytes.subarray(3, 5))
  expect(ring.take(true).text).toBe('\uFFFD')
})
