/** Reads a configuration file: JSON with comments and trailing commas, each problem with its path and line. Pure. */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import type { z } from 'zod'
import { configSchema, type Config } from './schema.ts'

export interface ConfigProblem {
  /** Such as `upstreams[0].url`; empty for the whole file. */
  path: string
  /** From 1. */
  line: number
  column: number
  message: string
}
/** `problemAt` places what is found wrong later, such as a key that is not there. */
export type ReadConfig = { config: Config; problemAt(path: readonly (string | number)[], message: string): ConfigProblem } | { problems: readonly ConfigProblem[] }

type Path = readonly PropertyKey[]
const MOST_BYTES = 4_000_000

export function readConfig(given: string): ReadConfig {
  // Editors on Windows like to begin with a byte order mark.
  const text = given.replace(/^\uFEFF/, '')
  const place = placer(text)
  const problem = (path: Path, offset: number, message: string): ConfigProblem => ({ path: pathText(path), ...place(offset), message })
  if (text.length > MOST_BYTES) return { problems: [problem([], 0, 'The file is too large to be a configuration.')] }
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first) return { problems: [problem([], first.offset, `This is no JSON: ${syntaxWords(printParseErrorCode(first.error))}.`)] }
  if (!tree) return { problems: [problem([], 0, 'The file is empty; “{}” is the smallest configuration.')] }
  const doubled = doubledNames(tree, [])
  if (doubled.length > 0) return { problems: doubled.map(({ path, offset }) => problem(path, offset, 'This name is there twice in the same object; only one would count.')) }
  const parsed = configSchema.safeParse(valueOf(tree))
  if (parsed.success) return { config: parsed.data, problemAt: (path, message) => problem(path, offsetOf(tree, path), message) }
  return { problems: flatten(parsed.error.issues).map(({ path, message }) => problem(path, offsetOf(tree, path), message)) }
}

/** `gateway.json:12:5: upstreams[0].url: …`, one line each. */
export function problemLines(file: string, problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ path, line, column, message }) => `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`)
}

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that means nothing here (is a quote missing?)', InvalidNumberFormat: 'a number that is not written right', PropertyNameExpected: 'a name in quotes should stand here',
  ValueExpected: 'a value should stand here', ColonExpected: 'a colon is missing', CommaExpected: 'a comma is missing', CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing', EndOfFileExpected: 'something stands after the end', InvalidCommentToken: 'a comment that is not written right', UnexpectedEndOfComment: 'a comment does not end',
  UnexpectedEndOfString: 'a text does not end', UnexpectedEndOfNumber: 'a number does not end', InvalidUnicode: 'a \\u that is not written right', InvalidEscapeCharacter: 'a \\ before a character it cannot stand before',
  InvalidCharacter: 'a character that may not stand in a text',
}
const syntaxWords = (code: string): string => SYNTAX[code] ?? code

function placer(text: string): (offset: number) => { line: number; column: number } {
  return (offset) => {
    const before = text.slice(0, offset).split(/\r\n|\n|\r/)
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
}

function pathText(path: Path): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : /^[\w$-]+$/.test(String(part)) ? `${at === 0 ? '' : '.'}${String(part)}` : `[${JSON.stringify(String(part))}]`)).join('')
}

/** Where the path stands, or the nearest thing around it. */
function offsetOf(tree: Node, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length).map((part) => (typeof part === 'symbol' ? String(part) : part)))
    // Of a member its name is what a person looks for.
    if (node) return node.parent?.type === 'property' ? node.parent.offset : node.offset
  }
  return tree.offset
}

function doubledNames(node: Node, path: Path): { path: Path; offset: number }[] {
  if (node.type === 'array') return (node.children ?? []).flatMap((child, at) => doubledNames(child, [...path, at]))
  if (node.type !== 'object') return []
  const seen = new Set<string>()
  return (node.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? []
    if (!name) return []
    const key = String(name.value)
    const isDoubled = seen.has(key)
    seen.add(key)
    return [...(isDoubled ? [{ path: [...path, key], offset: property.offset }] : []), ...(value ? doubledNames(value, [...path, key]) : [])]
  })
}

/** The tree as plain values. By hand: the library's own makes `__proto__` a prototype. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  if (node.type !== 'object') return node.value
  const made: Record<string, unknown> = {}
  for (const { children: [name, value] = [] } of node.children ?? []) {
    if (name && value) Object.defineProperty(made, String(name.value), { value: valueOf(value), enumerable: true, configurable: true, writable: true })
  }
  return made
}

interface FlatIssue {
  path: Path
  message: string
}

/** zod's issues in our words; of a choice between shapes the one that came nearest tells what is wrong. */
function flatten(issues: readonly z.core.$ZodIssue[], above: Path = []): FlatIssue[] {
  return issues.flatMap((issue): FlatIssue[] => {
    const path = [...above, ...issue.path]
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({ path: [...path, key], message: 'There is no such setting.' }))
      case 'invalid_union': {
        if (issue.message !== 'Invalid input') return [{ path, message: issue.message }]
        const deepest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))[0] ?? []
        return flatten(deepest, path)
      }
      case 'invalid_type':
        // A member that must not be there brings its own words.
        return [{ path, message: issue.expected === 'undefined' || !issue.message.startsWith('Invalid input') ? issue.message : `It must be ${typeWords(issue.expected)}.` }]
      case 'invalid_value':
        return [{ path, message: `It must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}.` }]
      case 'too_small': case 'too_big': {
        const [word, bound] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum]
        const strict = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : word
        return [{ path, message: `It must ${issue.origin === 'string' ? 'have' : issue.origin === 'array' ? 'have' : 'be'} ${strict} ${bound}${issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' members' : ''}.` }]
      }
      default:
        return [{ path, message: issue.code === 'invalid_format' && issue.format === 'datetime' ? 'It must be a time such as “2026-01-31T18:00:00Z”.' : issue.message }]
    }
  })
}

const depthOf = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.5)))

function typeWords(expected: string): string {
  const words: Readonly<Record<string, string>> = { string: 'a text in quotes', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list [ … ]', object: 'an object { … }', record: 'an object { … }', null: 'null' }
  return words[expected] ?? expected
}
