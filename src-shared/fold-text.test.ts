/** Places are found without case and accents, and are places of the text as it is. */
import { describe, expect, it } from 'vitest'
import { occurrences } from './fold-text.ts'

const found = (text: string, wanted: string): string[] => occurrences(text, wanted).map(({ start, end }) => text.slice(start, end))

describe('occurrences', () => {
  it('ignores case and accents on both sides', () => {
    expect(found('Café, CAFE and cafe\u0301s', 'CAFÉ')).toEqual(['Café'.slice(0, 4), 'CAFE', 'cafe\u0301'])
    expect(found('naïve', 'aiv')).toEqual(['aïv'])
  })
  it('counts places that do not overlap, past emoji', () => {
    expect(found('😀 aaaa', 'aa')).toEqual(['aa', 'aa'])
    expect(found('x😀y', '😀')).toEqual(['😀'])
  })
  it('finds nothing for nothing, and takes no sign as syntax', () => {
    expect(found('abc', '')).toEqual([])
    expect(found('abc', '\u0301')).toEqual([])
    expect(found('a.c abc', 'a.c')).toEqual(['a.c'])
  })
})
