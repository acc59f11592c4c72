/** Circles of calls. */
import { expect, it } from 'vitest'
import { addToTrail, resultMark, roundsWith, TRAIL_LENGTH, type TrailEntry } from './circles.ts'

const trailOf = (calls: string, results: (at: number) => string = () => 'same'): readonly TrailEntry[] =>
  calls.split('').reduce<readonly TrailEntry[]>((trail, call, at) => addToTrail(trail, { call, result: results(at) }), [])

it.each([
  // trail, next call, rounds
  ['', 'a', 0], ['a', 'a', 0], ['aa', 'a', 3], ['aaaa', 'a', 5], ['abab', 'a', 3], ['ababab', 'a', 4], ['abcabc', 'a', 3], ['abcdabcd', 'a', 3], ['abcdabcdabcdabcd', 'a', 5],
  ['abcdeabcdeabcde', 'a', 0], ['abab', 'c', 0], ['abac', 'a', 0], ['xyzab', 'a', 0], ['xyzabab', 'a', 3],
])('after %s, %s makes %i rounds', (calls, next, rounds) => {
  expect(roundsWith(trailOf(calls), next)).toBe(rounds)
})
it('a call that gives something else each time is progress', () => {
  expect(roundsWith(trailOf('aaaa', String), 'a')).toBe(0)
  expect(roundsWith(trailOf('abab', (at) => (at === 3 ? 'other' : 'same')), 'a')).toBe(0)
})
it('remembers only what it needs, and tells results apart', () => {
  expect(trailOf('a'.repeat(100))).toHaveLength(TRAIL_LENGTH)
  expect(resultMark('a')).not.toBe(resultMark('b'))
  expect(resultMark('x'.repeat(50_000))).toBe(resultMark('x'.repeat(50_000)))
})
