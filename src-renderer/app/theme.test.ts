/** The person's choice wins over the system's; nonsense in the store is the system's. */
import { expect, it } from 'vitest'
import { parseChoice, themeToDraw } from './theme.ts'

it('draws the choice, else the system’s theme', () => {
  expect(themeToDraw('system', true)).toBe('dark')
  expect(themeToDraw('system', false)).toBe('light')
  expect(themeToDraw('light', true)).toBe('light')
  expect(themeToDraw('dark', false)).toBe('dark')
})
it('reads only what it wrote', () => {
  expect(parseChoice('dark')).toBe('dark')
  for (const text of [null, '', 'blue', 'system']) expect(parseChoice(text)).toBe('system')
})
