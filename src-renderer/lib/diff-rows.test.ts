import { expect, it } from 'vitest'
import { diffRows, pairedRows } from './diff-rows.ts'

const sides = (unified: string): unknown[] => pairedRows(diffRows(unified)).map((row) => (row.kind === 'skip' ? row.text : [row.left && `${row.left.line}${row.left.changed ? '-' : ' '}${row.left.text}`, row.right && `${row.right.line}${row.right.changed ? '+' : ' '}${row.right.text}`]))

it('old and new stand beside each other, what has no counterpart alone', () => {
  expect(sides('@@ -41,4 +41,5 @@\n a\n-b\n-b2\n+c\n+d\n+d2\n e\n@@ -80 +82 @@\n-f\n+g\n')).toEqual([
    ['41 a', '41 a'], ['42-b', '42+c'], ['43-b2', '43+d'], [null, '44+d2'], ['44 e', '45 e'], '36 lines unchanged', ['80-f', '82+g'],
  ])
})
it('a new file is on the right only, a deleted one on the left', () => {
  expect(sides('@@ -0,0 +1,2 @@\n+a\n+b\n')).toEqual([[null, '1+a'], [null, '2+b']])
  expect(sides('@@ -1 +0,0 @@\n-a\n')).toEqual([['1-a', null]])
  expect(sides('')).toEqual([])
})
it('a change after a change is another one', () => {
  expect(sides('@@ -1,2 +1,2 @@\n-a\n+b\n-c\n+d\n')).toEqual([['1-a', '1+b'], ['2-c', '2+d']])
})
