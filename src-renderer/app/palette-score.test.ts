/** What is typed finds what is meant, and nothing that only shares its letters. */
import { expect, it } from 'vitest'
import { paletteScore } from './palette-score.ts'

it('needs every word, wherever it stands', () => {
  expect(paletteScore('Dark theme', 'dark')).toBe(1)
  expect(paletteScore('Dark theme', 'theme da')).toBe(1)
  expect(paletteScore('Dark theme', 'dark light')).toBe(0)
  expect(paletteScore('Add rate-limit headers /home/ada/code/pocket-api', 'dark')).toBe(0)
  expect(paletteScore('anything', '')).toBe(1)
})
it('prefers the beginning of a word', () => {
  expect(paletteScore('Sign out', 'out')).toBeGreaterThan(paletteScore('About this', 'out'))
  expect(paletteScore('Fix routes (again)', '(again')).toBeGreaterThan(0)
})
