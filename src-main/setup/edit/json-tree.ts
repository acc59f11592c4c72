/** A JSON or JSONC text as a tree with places, and as a value; strict or with comments and trailing commas. Pure. */
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { KeyProblem, placeOf, SyntaxProblem, type KeyPath, type Value } from './format.ts'

export interface Member {
  key: string
  /** From its key to the end of its value. */
  start: number
  end: number
  value: Node
}

export interface JsonTree {
  text: string
  /** null = the text is blank. */
  root: Node | null
  eol: string
}

const WORDS: Readonly<Record<string, string>> = {
  InvalidCommentToken: 'comments are not allowed here', PropertyNameExpected: 'a key in double quotes is needed', ValueExpected: 'a value is needed', ColonExpected: 'a colon is needed', CommaExpected: 'a comma is needed',
  CloseBraceExpected: 'a closing brace } is needed', CloseBracketExpected: 'a closing bracket ] is needed', EndOfFileExpected: 'something follows the end', InvalidSymbol: 'this word is no value', InvalidNumberFormat: 'this number is malformed',
  UnexpectedEndOfString: 'this text has no closing quote', UnexpectedEndOfComment: 'this comment has no end', InvalidUnicode: 'this \\u code is malformed', InvalidEscapeCharacter: 'this escape is unknown', InvalidCharacter: 'this character is not allowed in a text',
}

/** @throws SyntaxProblem with line and column */
export function readTree(text: string, strict: boolean): JsonTree {
  const eol = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n'
  if (text.trim() === '') return { text, root: null, eol }
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: strict, allowTrailingComma: !strict, allowEmptyContent: false })
  const [first] = errors.toSorted((a, b) => a.offset - b.offset)
  if (first || !root) {
    const { line, column } = placeOf(text, first?.offset ?? 0)
    throw new SyntaxProblem(first ? (WORDS[printParseErrorCode(first.error)] ?? printParseErrorCode(first.error)) : 'there is no value', line, column)
  }
  if (root.type !== 'object') {
    const { line, column } = placeOf(text, root.offset)
    throw new KeyProblem([], `the file holds ${root.type === 'array' ? 'a list' : 'a single value'}, and an object { … } is needed`, line, column)
  }
  return { text, root, eol }
}

/** The last word has the language's own parser where the file is strict JSON. */
export function valuesOf(tree: JsonTree, strict: boolean): Readonly<Record<string, Value>> {
  if (!tree.root) return {}
  if (strict) {
    try {
      JSON.parse(tree.text)
    } catch (problem) {
      throw new SyntaxProblem(problem instanceof Error ? problem.message : 'it is not JSON', 1, 1)
    }
  }
  // The root is an object: readTree saw to it.
  return toValue(tree.root) as Readonly<Record<string, Value>>
}

function toValue(node: Node): Value {
  if (node.type === 'array') return (node.children ?? []).map((one) => toValue(one))
  if (node.type !== 'object') return node.value as Value
  const table: Record<string, Value> = {}
  for (const { key, value } of membersOf(node)) {
    // A plain assignment of this one would set the prototype.
    if (key === '__proto__') Object.defineProperty(table, key, { value: toValue(value), enumerable: true, configurable: true, writable: true })
    else table[key] = toValue(value)
  }
  return table
}

export function membersOf(object: Node): Member[] {
  return (object.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? []
    return key && value ? [{ key: String(key.value), start: property.offset, end: value.offset + value.length, value }] : []
  })
}

export type JsonPlace =
  | { kind: 'member'; host: Node; member: Member }
  /** Not there: the deepest object on the way, and the keys below it. */
  | { kind: 'missing'; host: Node; depth: number }

/** @throws KeyProblem when a plain value is in the way, or a key stands twice */
export function findJson(tree: JsonTree, root: Node, path: KeyPath): JsonPlace {
  let host = root
  for (const [depth, key] of path.entries()) {
    if (host.type !== 'object') throw problemAt(tree, path, host.offset, `“${path.slice(0, depth).join('.')}” is ${host.type === 'array' ? 'a list' : 'a value'} here, and an object is needed`)
    const found = membersOf(host).filter((member) => member.key === key)
    const [member, twice] = found
    if (twice) throw problemAt(tree, path, twice.start, `“${path.slice(0, depth + 1).join('.')}” stands here a second time`)
    if (!member) return { kind: 'missing', host, depth }
    if (depth === path.length - 1) return { kind: 'member', host, member }
    host = member.value
  }
  throw new Error('an empty path names no key')
}

export function problemAt(tree: JsonTree, path: KeyPath, offset: number, message: string): KeyProblem {
  const { line, column } = placeOf(tree.text, offset)
  return new KeyProblem(path, message, line, column)
}
