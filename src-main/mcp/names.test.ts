/** Wire names: legal, unique, stable, and one way back. */
import { describe, expect, it } from 'vitest'
import { serverSlugs, wireNames } from './names.ts'

const LEGAL = /^[A-Za-z0-9_-]{1,64}$/

describe('server slugs', () => {
  const slugs = (...names: string[]) => [...serverSlugs(names.map((name, n) => ({ id: `id${n}`, name }))).values()]
  it('are readable and short, without the separator in them', () => {
    expect(slugs('files', 'My Files!', '__a__b__', 'ünïcode', '…', 'x'.repeat(50))).toEqual(['files', 'My_Files', 'a_b', 'n_code', 'server', 'x'.repeat(20)])
  })
  it('differ when names become equal, whatever the order', () => {
    const [first, second, other] = slugs('my files', 'my_files', 'other')
    expect(first).not.toBe(second)
    expect(first).toMatch(/^my_files-[0-9a-f]{8}$/)
    expect(other).toBe('other')
  })
})

describe('wire names', () => {
  it('keep a legal name as it is', () => {
    expect(wireNames('files', ['read_file', 'list-all'])).toEqual(new Map([['read_file', 'mcp__files__read_file'], ['list-all', 'mcp__files__list-all']]))
  })
  it('are legal, unique and the same in any order for difficult names', () => {
    const long = 'tool'.repeat(40)
    const names = ['a.b', 'a b', 'a_b', 'ä', '.', '', long, `${long}x`, 'x'.repeat(64), 'tools/call']
    for (const slug of ['s', 'x'.repeat(20)]) {
      const wires = wireNames(slug, names)
      expect(new Set(wires.values()).size).toBe(names.length)
      for (const wire of wires.values()) expect(wire).toMatch(LEGAL)
      expect(wireNames(slug, names.toReversed())).toEqual(wires)
      expect(wires.get('a_b')).toBe(`mcp__${slug}__a_b`)
    }
  })
})
