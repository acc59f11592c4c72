/** Output is capped without breaking characters and without growing. */
import { describe, expect, it } from 'vitest'
import { createOutputBuffer } from './output-buffer.ts'

function fill(text: string, max: number, piece: number): { text: string; bytes: number } {
  const buffer = createOutputBuffer(max)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += piece) buffer.add(bytes.subarray(at, at + piece))
  return { text: buffer.text(), bytes: buffer.bytes }
}

describe('the output buffer', () => {
  it('keeps everything that fits, exactly', () => {
    for (const piece of [1, 3, 7, 100]) expect(fill('häßlich 🙂 text', 100, piece)).toEqual({ text: 'häßlich 🙂 text', bytes: 19 })
    expect(fill('abcdefgh', 8, 3).text).toBe('abcdefgh')
  })
  it('keeps head and tail of more, with whole characters', () => {
    for (const piece of [1, 5, 64, 5000]) {
      const { text, bytes } = fill('ü🙂'.repeat(1000), 101, piece)
      expect(bytes).toBe(6000)
      expect(text).not.toContain('\uFFFD')
      expect(text).toMatch(/^ü🙂.*\n\[… \d+ bytes of output left out …\]\n.*🙂$/s)
      expect(Buffer.byteLength(text)).toBeLessThan(170)
    }
  })
})
