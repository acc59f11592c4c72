/** What JSON and JSONC share as formats: read, edit, and hold the edit to its word. */
import { checkChange } from './check-change.ts'
import type { Edited, Format, MadeContainer, Replaced, Value, Wish } from './format.ts'
import { editJson } from './json-edit.ts'
import { readTree, valuesOf } from './json-tree.ts'
import { undoJson } from './json-undo.ts'

export function formatOf(id: 'json' | 'jsonc'): Format {
  const strict = id === 'json'
  const parse = (text: string): Readonly<Record<string, Value>> => valuesOf(readTree(text, strict), strict)
  return {
    id, parse,
    edit(text: string, wishes: readonly Wish[]): Edited {
      const tree = readTree(text, strict)
      const before = valuesOf(tree, strict)
      const edited = editJson(tree, strict, before, wishes)
      if (edited.text !== text) checkChange(before, parse(edited.text), wishes)
      return edited
    },
    undo(text: string, replaced: readonly Replaced[], made: readonly MadeContainer[]): string {
      const before = parse(text)
      const back = undoJson(text, strict, replaced, made)
      if (back !== text) checkChange(before, parse(back), replaced.map(({ path }) => ({ path })), made.map(({ path }) => path))
      return back
    },
  }
}
