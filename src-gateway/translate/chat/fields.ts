/** Reads single fields of a caller's JSON and says by path what is wrong with one. Pure. */
import { CannotTranslate } from '../codec.ts'

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value)

const absent = (value: unknown): boolean => value === undefined || value === null

export function wrong(path: string, wanted: string): CannotTranslate {
  return new CannotTranslate(`“${path}” must be ${wanted}`, path)
}

/** @throws CannotTranslate, as do all of these. A `null` counts as absent where a field is optional, as OpenAI takes it. */
export function fieldsAt(value: unknown, path: string): Fields {
  if (!isFields(value)) throw wrong(path, 'an object')
  return value
}

export function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a text')
  return value
}

export function nameAt(value: unknown, path: string): string {
  const name = textAt(value, path)
  if (name === '' || name.length > 300) throw wrong(path, 'a text of 1 to 300 characters')
  return name
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list')
  return value
}

export const optionalText = (value: unknown, path: string): string | null => (absent(value) ? null : textAt(value, path))
export const optionalList = (value: unknown, path: string): readonly unknown[] => (absent(value) ? [] : listAt(value, path))
export const optionalFields = (value: unknown, path: string): Fields | null => (absent(value) ? null : fieldsAt(value, path))

export function optionalBoolean(value: unknown, path: string): boolean | null {
  if (absent(value)) return null
  if (typeof value !== 'boolean') throw wrong(path, 'true or false')
  return value
}

export function optionalNumber(value: unknown, path: string): number | null {
  if (absent(value)) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(path, 'a number')
  return value
}

/** A count such as a limit of tokens: a whole number from 1. */
export function optionalCount(value: unknown, path: string): number | null {
  const count = optionalNumber(value, path)
  if (count !== null && (!Number.isSafeInteger(count) || count < 1)) throw wrong(path, 'a whole number from 1')
  return count
}

/** Far deeper than any real request; what is nested beyond it would overflow the stack of whoever writes it out again. */
const DEEPEST = 200

/** @throws CannotTranslate for a value nested too deep. */
export function refuseDeep(value: unknown, depth = 0): void {
  if (value === null || typeof value !== 'object') return
  if (depth > DEEPEST) throw new CannotTranslate(`The request is nested deeper than ${DEEPEST} levels`)
  for (const inner of Array.isArray(value) ? value : Object.values(value)) refuseDeep(inner, depth + 1)
}
