import { expect, it } from 'vitest'
import { rank } from './rank.ts'

const FILES = ['src/chat/View.tsx', 'src/chat/view-logic.ts', 'docs/overview.md', 'src/charts/vertical.ts', 'README.md', 'package.json']

it('finds letters in their order, the name before the folders', () => {
  expect(rank(FILES, 'view', 3)).toEqual(['src/chat/View.tsx', 'src/chat/view-logic.ts', 'docs/overview.md'])
  expect(rank(FILES, 'chview', 1)).toEqual(['src/chat/View.tsx'])
  expect(rank(FILES, 'readme', 5)).toEqual(['README.md'])
  expect(rank(FILES, 'SRC\\chat', 2)).toEqual(['src/chat/View.tsx', 'src/chat/view-logic.ts'])
  expect(rank(FILES, 'xyz', 5)).toEqual([])
})
it('keeps the order and the limit where nothing was typed', () => {
  expect(rank(FILES, ' ', 2)).toEqual(FILES.slice(0, 2))
})
it('looks through fifty thousand paths without a pause', () => {
  const many = Array.from({ length: 50_000 }, (_, n) => `packages/part-${n % 97}/src/feature${n}/component-${n}.test.tsx`)
  expect(rank(many, 'ftr49999', 3)[0]).toContain('feature49999')
})
