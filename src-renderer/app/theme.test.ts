/** The person's choice wins over the system's. */
import { expect, it } from 'vitest'
import { themeToDraw } from './theme.ts'

it('draws the choice, else the system’s theme', () => {
  expect(themeToDraw('system', true)).toBe('dark')
  expect(themeToDraw('system', false)).toBe('light')
  expect(themeToDraw('light', true)).toBe('light')
  expect(themeToDraw('dark', false)).toBe('dark')
})
