/** What a file format can do for Setup: parse strictly, and change single keys in place so that every other byte stays. Types and small pure helpers. */

/** A value as JSON has it; TOML dates and big integers come as their source text. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** Keys from the root to a value; arrays are never entered. */
export type KeyPath = readonly string[]

/** One key as it shall be. `value: undefined` = it shall not be there. */
export interface Wish {
  path: KeyPath
  value: Value | undefined
}

/** What a key was before: the raw text of its value (`null` = it was not there). Raw, because a person's spelling (`'x'`, `0x10`, a multi-line array) comes back as it was. */
export interface Replaced {
  path: KeyPath
  before: string | null
}

/** A table or object that did not exist and was made to hold a key. The empty path never occurs. */
export interface MadeContainer {
  path: KeyPath
  /** A blank line was put before it, which goes with it. */
  blankBefore: boolean
}

export interface Edited {
  text: string
  /** One per wish, in order. */
  replaced: readonly Replaced[]
  made: readonly MadeContainer[]
}

export interface Format {
  readonly id: 'toml' | 'json' | 'jsonc' | 'dotenv'
  /** An empty or blank text is an empty document. The text has no BOM (see text-form.ts). @throws SyntaxProblem */
  parse(text: string): Readonly<Record<string, Value>>
  /**
   * Sets and takes out keys in place. Bytes that belong to no wish stay: comments (also the one behind a value of ours), order, indentation, line ends.
   * Missing tables are made; keys that share a missing table are written together. A wish that is already so changes nothing (its `before` is its raw text).
   * @throws SyntaxProblem for a text that does not parse; KeyProblem when a path runs through something that is no table.
   */
  edit(text: string, wishes: readonly Wish[]): Edited
  /**
   * Puts keys back: to their raw text, or out (`before: null`). Then takes out those of `made` that are empty by now; one that holds somebody's key stays.
   * A key that is not there any more is left alone. `undo(edit(t).text, edit(t).replaced, edit(t).made).text === t` as long as nobody edited in between.
   */
  undo(text: string, replaced: readonly Replaced[], made: readonly MadeContainer[]): string
}

/** The text cannot be read. Lines and columns count from 1, columns in characters. */
export class SyntaxProblem extends Error {
  readonly line: number
  readonly column: number
  constructor(message: string, line: number, column: number) {
    super(message)
    this.name = 'SyntaxProblem'
    this.line = line
    this.column = column
  }
}

/** The text reads well, and still has no place for a key: `features = 3` where a table is needed. */
export class KeyProblem extends SyntaxProblem {
  readonly path: KeyPath
  constructor(path: KeyPath, message: string, line: number, column: number) {
    super(message, line, column)
    this.name = 'KeyProblem'
    this.path = path
  }
}

/** Line and column of a character offset, both from 1. LF and CRLF both end a line. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  let line = 1
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1
  return { line, column: offset - lastBreak }
}

export function samePath(a: KeyPath, b: KeyPath): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}

/** The value at a path, or undefined. Own properties only: `constructor` and `__proto__` are ordinary keys. */
export function valueAt(root: Readonly<Record<string, Value>>, path: KeyPath): Value | undefined {
  let here: Value | undefined = root
  for (const key of path) {
    if (here === null || typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, key)) return undefined
    // An own property of a plain object.
    here = (here as Readonly<Record<string, Value>>)[key]
  }
  return here
}

/** One text for equal values, whatever the order of their keys: to compare and to hash. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map((one: Value) => canonical(one)).join(',')}]`
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
