/** Replaces local `$ref`s of a JSON Schema by what they point at, safe against cycles and against growing without end. Pure. */
import { visibleText } from './clean-text.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Most schema nodes after inlining; beyond it a reference becomes "anything". */
const NODE_BUDGET = 4000
const MAX_DEPTH = 40
const DROPPED = new Set(['$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', '$vocabulary', '__proto__'])
/** Keys whose value is a map from free names to schemas: inside them no key is a keyword. */
const NAME_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])
/** Keys whose value is data, not a schema. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'example'])
const MAX_DESCRIPTION = 4000

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The schema without references and without keys that only serve them. Remote references are never fetched. */
export function inlineRefs(root: JsonObject): JsonObject {
  let nodes = 0

  const walk = (value: Json, open: readonly string[], depth: number): Json => {
    if (Array.isArray(value)) return value.map((entry: Json) => walk(entry, open, depth + 1))
    if (!isObject(value)) return value
    nodes += 1
    if (depth > MAX_DEPTH) return {}
    const ref = value['$ref'] ?? value['$dynamicRef']
    if (typeof ref === 'string') return walkRef(value, ref, open, depth)
    const result: Record<string, Json> = {}
    for (const [key, entry] of Object.entries(value)) {
      if (DROPPED.has(key)) continue
      if (DATA.has(key)) result[key] = entry
      else if (NAME_MAPS.has(key) && isObject(entry)) result[key] = walkNames(entry, open, depth)
      else if ((key === 'description' || key === 'title') && typeof entry === 'string') result[key] = visibleText(entry, MAX_DESCRIPTION)
      else result[key] = walk(entry, open, depth + 1)
    }
    return result
  }

  const walkNames = (map: JsonObject, open: readonly string[], depth: number): JsonObject => {
    const entries = Object.entries(map).filter(([name]) => name !== '__proto__')
    return Object.fromEntries(entries.map(([name, schema]) => [name, walk(schema, open, depth + 1)]))
  }

  const walkRef = (node: JsonObject, ref: string, open: readonly string[], depth: number): Json => {
    const beside = Object.fromEntries(Object.entries(node).filter(([key]) => key !== '$ref' && key !== '$dynamicRef'))
    const target = nodes > NODE_BUDGET || open.includes(ref) ? undefined : resolvePointer(root, ref)
    const inlined = target === undefined ? {} : walk(target, [...open, ref], depth + 1)
    const own = walk(beside, open, depth + 1)
    return isObject(inlined) && isObject(own) ? { ...inlined, ...own } : own
  }

  const result = walk(root, ['#'], 0)
  return isObject(result) ? result : {}
}

/** What `#/a/b` points at; undefined for remote or broken references. */
function resolvePointer(root: JsonObject, ref: string): Json | undefined {
  if (!ref.startsWith('#/')) return ref === '#' ? root : undefined
  let at: Json = root
  for (const part of ref.slice(2).split('/')) {
    const key = safeDecode(part).replace(/~1/g, '/').replace(/~0/g, '~')
    const next: Json | undefined = Array.isArray(at) ? at[Number(key)] : isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
    if (next === undefined) return undefined
    at = next
  }
  return at
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
