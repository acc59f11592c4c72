/** A code can be read aloud, typed carelessly, and never contains look-alikes. */
import { describe, expect, it } from 'vitest'
import { CODE_LETTERS, newUserCode, readUserCode } from './user-code.ts'

describe('user codes', () => {
  it('are two groups of four from letters without look-alikes or vowels', () => {
    for (let index = 0; index < 200; index += 1) expect(newUserCode()).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect(CODE_LETTERS).not.toMatch(/[AEIOUY0-9]/)
    expect(newUserCode(() => 0)).toBe('BBBB-BBBB')
  })
  it('are read however they were typed', () => {
    for (const typed of ['BCDF-GHJK', 'bcdf ghjk', ' bcdfghjk ', 'BCDF–GHJK', 'b c d f-g h j k']) expect(readUserCode(typed)).toBe('BCDF-GHJK')
    for (const typed of ['', 'BCDF', 'BCDF-GHJ1', 'BCDF-GHJKL', '<script>']) expect(readUserCode(typed)).toBeNull()
  })
})
