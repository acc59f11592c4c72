/** TOML values in and out: strict TOML 1.0 parsing (smol-toml 1.5 is the last line that takes no TOML 1.1), and values as one-line text. Pure. */
import { parse, TomlDate, TomlError, type TomlValue } from 'smol-toml'
import { placeOf, SyntaxProblem, type Value } from './format.ts'

type Table = Readonly<Record<string, Value>>

/** The newest few texts with their values: a plan looks at the same text several times. */
const KEPT = 4
const seen: { text: string; values: Table }[] = []

/** @throws SyntaxProblem with line and column */
export function parseToml(text: string): Table {
  const known = seen.find((one) => one.text === text)
  if (known) return known.values
  const values = readAll(text)
  seen.unshift({ text, values })
  seen.length = Math.min(seen.length, KEPT)
  return values
}

function readAll(text: string): Table {
  try {
    const values = toValue(parse(text, { integersAsBigInt: 'asNeeded' }))
    // The parser's answer is always a table.
    return values as Table
  } catch (problem) {
    if (problem instanceof TomlError) throw new SyntaxProblem(wordsOf(problem.message), problem.line, problem.column)
    if (problem instanceof LoneSurrogate) {
      const at = text.search(/\\u[dD][89a-fA-F]/)
      const { line, column } = placeOf(text, Math.max(0, at))
      throw new SyntaxProblem('a character code that stands for no character', line, column)
    }
    throw problem
  }
}

class LoneSurrogate extends Error {}
/** With `u` whole pairs are one character, so this finds halves only. */
const LONE = /[\ud800-\udfff]/u

/** The parser's message has a picture of the place below its first line. */
function wordsOf(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/^Invalid TOML document: /, '')
}

function toValue(value: TomlValue): Value {
  if (typeof value === 'string') {
    if (LONE.test(value)) throw new LoneSurrogate()
    return value
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof TomlDate) return value.toISOString()
  if (Array.isArray(value)) return value.map((one) => toValue(one))
  const table: Record<string, Value> = {}
  for (const [key, one] of Object.entries(value)) {
    if (key === '__proto__') Object.defineProperty(table, key, { value: toValue(one), enumerable: true, configurable: true, writable: true })
    else table[key] = toValue(one)
  }
  return table
}

/** A value on one line, valid in TOML 1.0: no line breaks, no trailing commas. */
export function writeValue(value: Value): string {
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (value === null) throw new Error('TOML has no null')
  if (Array.isArray(value)) return `[${value.map((one: Value) => writeValue(one)).join(', ')}]`
  const members = Object.entries(value).map(([key, one]) => `${writeKey(key)} = ${writeValue(one)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

export function writeKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : writeString(key)
}

export function writeKeys(keys: readonly string[]): string {
  return keys.map((key) => writeKey(key)).join('.')
}

const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '"': '\\"', '\\': '\\\\' }

function writeString(text: string): string {
  // Half a character cannot be written, and would not be read back.
  const whole = text.replace(new RegExp(LONE.source, 'gu'), '\ufffd')
  // oxlint-disable-next-line no-control-regex -- these are the characters that must be escaped
  return `"${whole.replace(/[\u0000-\u001f"\\\u007f]/g, (one) => SHORT[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
}
