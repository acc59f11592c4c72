import { expect, it } from 'vitest'
import { tokenizerFor } from './shiki.ts'

it('colours segment by segment, going on where the last one ended', async () => {
  const tokenize = await tokenizerFor('ts')
  if (tokenize === null) throw new Error('no TypeScript')
  const first = tokenize('const a = 1 /* begin')
  expect(first.find((piece) => piece.text.trim() === 'const')?.kind).toBe('keyword')
  expect(tokenize('still a comment */ const b = "x"')[0]).toMatchObject({ kind: 'comment' })
})

it('gives back exactly the text it was given', async () => {
  const code = 'def f(x):\n\treturn "ü😀"  # done\n\n\n'
  const tokenize = await tokenizerFor('py')
  expect(tokenize?.(code).map((piece) => piece.text).join('')).toBe(code)
})

it('leaves languages it does not know alone', async () => {
  expect(await tokenizerFor('brainfunk')).toBeNull()
  expect(await tokenizerFor('constructor')).toBeNull()
})
