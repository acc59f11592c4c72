/** Reads fields of parsed JSON by hand, with errors that name the field's path the way Anthropic's API does (`messages.0.content.1.text: …`). Pure. */
import { CannotTranslate } from '../codec.ts'

export type Json = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws CannotTranslate always. */
export function refuse(path: string, what: string): never {
  throw new CannotTranslate(path === '' ? what : `${path}: ${what}`, path === '' ? null : path)
}

export function recordAt(value: unknown, path: string): Json {
  return isRecord(value) ? value : refuse(path, 'Input should be an object.')
}

export function arrayAt(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(path, 'Input should be a list.')
}

/** A string that must be there. */
export function stringAt(from: Json, key: string, path: string): string {
  const value = from[key]
  if (typeof value === 'string') return value
  return refuse(`${path}${key}`, value === undefined ? 'Field required.' : 'Input should be a string.')
}

/** Null for absent and for null, as the official SDKs send both. */
export function optionalString(from: Json, key: string, path: string): string | null {
  const value = from[key] ?? null
  return value === null || typeof value === 'string' ? value : refuse(`${path}${key}`, 'Input should be a string.')
}

export function optionalBoolean(from: Json, key: string, path: string): boolean | null {
  const value = from[key] ?? null
  return value === null || typeof value === 'boolean' ? value : refuse(`${path}${key}`, 'Input should be true or false.')
}

export function optionalRecord(from: Json, key: string, path: string): Json | null {
  const value = from[key] ?? null
  return value === null || isRecord(value) ? value : refuse(`${path}${key}`, 'Input should be an object.')
}

export function optionalArray(from: Json, key: string, path: string): readonly unknown[] | null {
  const value = from[key] ?? null
  return value === null ? null : arrayAt(value, `${path}${key}`)
}

/** A finite number of at least `least`; whole when `whole`. */
export function optionalNumber(from: Json, key: string, path: string, least: number, whole: boolean): number | null {
  const value = from[key] ?? null
  if (value === null) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(`${path}${key}`, 'Input should be a number.')
  if (value < least) return refuse(`${path}${key}`, `Input should be at least ${String(least)}.`)
  if (whole && !Number.isSafeInteger(value)) return refuse(`${path}${key}`, 'Input should be a whole number.')
  return value
}

/** The fields of `from` that are not among `known`, or null when there are none. */
export function fieldsBeside(from: Json, known: ReadonlySet<string>): Json | null {
  let rest: Record<string, unknown> | null = null
  for (const key of Object.keys(from)) {
    if (known.has(key) || from[key] === undefined) continue
    rest ??= {}
    // Not by assignment: a key named `__proto__` would set the prototype.
    Object.defineProperty(rest, key, { value: from[key], enumerable: true, writable: true, configurable: true })
  }
  return rest
}

/** Deeper than this is no request of a real client, and `JSON.stringify` would run out of stack at a few thousand. */
const DEEPEST = 512

/** @throws CannotTranslate when lists and objects lie deeper in each other than any real request's. */
export function refuseDeep(body: unknown): void {
  let level: unknown[] = [body]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) refuse('', `The request is nested deeper than ${String(DEEPEST)} levels.`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      for (const child of Array.isArray(value) ? value : Object.values(value)) if (typeof child === 'object' && child !== null) next.push(child)
    }
    level = next
  }
}
