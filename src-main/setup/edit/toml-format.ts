/** TOML for Setup: strict TOML 1.0, single keys changed in place. Where things stand comes from toml-scan.ts; what a text means from the strict parser, before and after. */
import { type Edited, type Format, type KeyPath, type MadeContainer, type Replaced, type Wish } from './format.ts'
import { checkChange } from './check-change.ts'
import { editToml } from './toml-edit.ts'
import { undoToml } from './toml-undo.ts'
import { parseToml } from './toml-values.ts'

/** A plan is made again when it is applied, mostly of the same text for the same wishes. */
let newest: { text: string; wishes: string; edited: Edited } | null = null

export const tomlFormat: Format = {
  id: 'toml',
  parse: parseToml,
  edit(text: string, wishes: readonly Wish[]): Edited {
    const before = parseToml(text)
    const asked = JSON.stringify(wishes.map(({ path, value }) => [path, value ?? null, value === undefined]))
    if (newest?.text === text && newest.wishes === asked) return newest.edited
    const edited = editToml(text, before, wishes)
    checkChange(before, parseToml(edited.text), wishes)
    newest = { text, wishes: asked, edited }
    return edited
  },
  undo(text: string, replaced: readonly Replaced[], made: readonly MadeContainer[]): string {
    const before = parseToml(text)
    const back = undoToml(text, replaced, made)
    const after = parseToml(back)
    const touched: readonly KeyPath[] = replaced.map(({ path }) => path)
    checkChange(before, after, touched.map((path) => ({ path })), made.map(({ path }) => path))
    return back
  },
}

