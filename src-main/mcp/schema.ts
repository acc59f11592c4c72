/** Makes a tool's input schema one that every model API takes: no references, an object at the top, no union at the top. Pure. */
import { inlineRefs, isObject, type Json, type JsonObject } from './schema-refs.ts'

const UNIONS = ['anyOf', 'oneOf', 'allOf'] as const

/** The normalised schema; the raw one stays with the server and in the fingerprint. */
export function normaliseSchema(raw: JsonObject): Record<string, unknown> {
  const lifted = liftUnions(inlineRefs(raw), 0)
  const { type: _type, properties, required, ...rest } = lifted
  const names = isObject(properties) ? properties : {}
  const needed = stringList(required).filter((name) => Object.hasOwn(names, name))
  return { type: 'object', properties: names, ...(needed.length > 0 ? { required: needed } : {}), ...rest }
}

/** Merges the branches of a union at the top: all properties; required is what every branch (any branch of allOf) requires. */
function liftUnions(schema: JsonObject, depth: number): JsonObject {
  if (depth > 8 || !UNIONS.some((key) => Array.isArray(schema[key]))) return schema
  const { anyOf, oneOf, allOf, ...rest } = schema
  let properties: JsonObject = isObject(rest['properties']) ? rest['properties'] : {}
  const required = new Set(stringList(rest['required']))
  for (const union of [anyOf, oneOf]) {
    const branches = branchesOf(union, depth)
    for (const branch of branches) properties = mergeProperties(properties, branch['properties'])
    const [first, ...others] = branches.map((branch) => stringList(branch['required']))
    const common = (first ?? []).filter((name) => others.every((list) => list.includes(name)))
    for (const name of common) required.add(name)
  }
  for (const branch of branchesOf(allOf, depth)) {
    properties = mergeProperties(properties, branch['properties'])
    for (const name of stringList(branch['required'])) required.add(name)
  }
  // What one branch forbids another may need.
  const { additionalProperties: _extra, ...kept } = rest
  return { ...kept, properties, required: [...required] }
}

function branchesOf(union: Json | undefined, depth: number): JsonObject[] {
  return Array.isArray(union) ? union.filter(isObject).filter((branch) => branch['type'] !== 'null').map((branch) => liftUnions(branch, depth + 1)) : []
}

/** A property with two different schemas takes either. */
function mergeProperties(into: JsonObject, from: Json | undefined): JsonObject {
  if (!isObject(from)) return into
  const merged: Record<string, Json> = { ...into }
  for (const [name, schema] of Object.entries(from)) {
    const known = merged[name]
    if (known === undefined) merged[name] = schema
    else if (JSON.stringify(known) !== JSON.stringify(schema)) merged[name] = { anyOf: [...alternatives(known), ...alternatives(schema)].filter(firstOfKind) }
  }
  return merged
}

function alternatives(schema: Json): readonly Json[] {
  return isObject(schema) && Object.keys(schema).length === 1 && Array.isArray(schema['anyOf']) ? schema['anyOf'] : [schema]
}

function firstOfKind(schema: Json, index: number, all: readonly Json[]): boolean {
  const text = JSON.stringify(schema)
  return all.findIndex((other) => JSON.stringify(other) === text) === index
}

function stringList(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}
