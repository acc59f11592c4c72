/** Globs and ignore rules, and that neither can be made slow. */
import { describe, expect, it } from 'vitest'
import { createGlob } from './glob.ts'
import { isIgnored, parseIgnore } from './ignore-rules.ts'

describe('createGlob', () => {
  it.each([
    ['*.ts', 'a.ts', true], ['*.ts', 'deep/in/a.ts', true], ['*.ts', 'a.tsx', false], ['src/*.ts', 'src/a.ts', true], ['src/*.ts', 'src/b/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true], ['src/**/*.ts', 'src/b/c/a.ts', true], ['**/test/**', 'a/test/b/c', true], ['*.{ts,tsx}', 'x/a.tsx', true],
    ['[a-c]?.md', 'b1.md', true], ['[!a-c]?.md', 'b1.md', false], ['./src/a.ts', 'src/a.ts', true], ['**', 'any/thing', true], ['a\\*b', 'a*b', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(createGlob(pattern)(path)).toBe(expected)
  })
  it('stays fast on hostile patterns', () => {
    const started = performance.now()
    expect(createGlob(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false)
    expect(createGlob(`${'**/'.repeat(200)}x`)(Array.from({ length: 200 }, () => 'y').join('/'))).toBe(false)
    createGlob('{a,b}'.repeat(30))('x')
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('ignore rules', () => {
  const ignored = (text: string, path: string, folder = false, base = '') => isIgnored(parseIgnore(text, base), path, folder)
  it('follow git for the common cases', () => {
    expect(ignored('*.log\n!keep.log', 'a/b.log')).toBe(true)
    expect(ignored('*.log\n!keep.log', 'a/keep.log')).toBe(false)
    expect(ignored('dist/', 'dist', true)).toBe(true)
    expect(ignored('dist/', 'dist')).toBe(false)
    expect(ignored('/build', 'build', true)).toBe(true)
    expect(ignored('/build', 'a/build', true)).toBe(false)
    expect(ignored('a/**/z', 'a/b/c/z')).toBe(true)
    expect(ignored('# note\n\n', 'note')).toBe(false)
    expect(ignored('x', 'sub/x', false, 'sub')).toBe(true)
    expect(ignored('x', 'x', false, 'sub')).toBe(false)
  })
})
