/** Reads fields of parsed JSON with errors that name the field's path. What every reader of this folder shares; pure. */
import { CannotTranslate } from '../codec.ts'

export type Json = Readonly<Record<string, unknown>>

/** JSON nested deeper than this is refused: walking or writing it back would end in a stack overflow. Real tool schemas stay below 30. */
const DEEPEST = 200

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`)

export function wrong(path: string, wanted: string, got: unknown): CannotTranslate {
  return new CannotTranslate(`“${path}” must be ${wanted}${got === undefined ? ', and it is missing' : `, not ${kindOf(got)}`}.`, path)
}

export function objectAt(value: unknown, path: string): Json {
  if (!isJson(value)) throw wrong(path, 'an object', value)
  return value
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, 'an array', value)
  return value
}

export function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a string', value)
  return value
}

/** Null for a field that is absent or null. */
export const maybeText = (value: unknown, path: string): string | null => (value === undefined || value === null ? null : textAt(value, path))

export function maybeNumber(value: unknown, path: string): number | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(path, 'a number', value)
  return value
}

export function maybeCount(value: unknown, path: string): number | null {
  const number = maybeNumber(value, path)
  if (number !== null && (!Number.isSafeInteger(number) || number < 1)) throw new CannotTranslate(`“${path}” must be a whole number of at least 1.`, path)
  return number
}

export function maybeFlag(value: unknown, path: string): boolean | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
  return value
}

export const maybeObject = (value: unknown, path: string): Json | null => (value === undefined || value === null ? null : objectAt(value, path))

/** Lenient readers for answers, where a wrong shape is passed over instead of refused. */
export const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
export const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise)
export const jsonOr = (value: unknown): Json => (isJson(value) ? value : {})
export const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : [])

/** @throws CannotTranslate for JSON that is nested too deep to be written back. */
export function refuseTooDeep(value: unknown, path: string, depth = 0): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > DEEPEST) throw new CannotTranslate(`“${path}” is nested too deep (more than ${DEEPEST} levels).`, path)
  if (Array.isArray(value)) for (const entry of value) refuseTooDeep(entry, path, depth + 1)
  else for (const entry of Object.values(value)) refuseTooDeep(entry, path, depth + 1)
}
