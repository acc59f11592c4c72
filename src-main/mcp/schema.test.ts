/** Input schemas as models get them, on hand-made cases and on what real servers send. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { normaliseSchema } from './schema.ts'
import { isObject, type JsonObject } from './schema-refs.ts'
import { readTools } from './tool-list.ts'

const fixture = (name: string): unknown[] => JSON.parse(readFileSync(new URL(`fixtures/${name}.tools.json`, import.meta.url), 'utf8'))

describe('normaliseSchema', () => {
  it('always gives an object with properties', () => {
    expect(normaliseSchema({})).toEqual({ type: 'object', properties: {} })
    expect(normaliseSchema({ $schema: 'x', $id: 'y', type: 'object', additionalProperties: false, description: 'd\u200bd' })).toEqual({ type: 'object', properties: {}, additionalProperties: false, description: 'dd' })
  })
  it('inlines references, also to properties and through other references', () => {
    const schema = normaliseSchema({
      type: 'object',
      properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/properties/a', description: 'own words' }, c: { $ref: '#/definitions/with~1slash' } },
      $defs: { A: { $ref: '#/$defs/B' }, B: { type: 'string', description: 'deep' } },
      definitions: { 'with/slash': { type: 'number' } },
    })
    expect(schema['properties']).toEqual({ a: { type: 'string', description: 'deep' }, b: { type: 'string', description: 'own words' }, c: { type: 'number' } })
  })
  it('opens a circle once and never fetches anything', () => {
    const tree: JsonObject = { type: 'object', properties: { node: { $ref: '#/$defs/Node' }, far: { $ref: 'https://example.com/schema.json' }, gone: { $ref: '#/$defs/None' } }, $defs: { Node: { type: 'object', properties: { child: { $ref: '#/$defs/Node' }, root: { $ref: '#' } } } } }
    expect(normaliseSchema(tree)['properties']).toEqual({ node: { type: 'object', properties: { child: {}, root: {} } }, far: {}, gone: {} })
  })
  it('stays small when references multiply', () => {
    const $defs: Record<string, JsonObject> = { L0: { type: 'string' } }
    for (let level = 1; level <= 30; level += 1) $defs[`L${level}`] = { type: 'object', properties: { a: { $ref: `#/$defs/L${level - 1}` }, b: { $ref: `#/$defs/L${level - 1}` } } }
    const text = JSON.stringify(normaliseSchema({ type: 'object', properties: { x: { $ref: '#/$defs/L30' } }, $defs }))
    expect(text.length).toBeLessThan(600_000)
  })
  it('keeps names that look like keywords, and data that looks like schemas', () => {
    const schema: JsonObject = { type: 'object', properties: { $ref: { type: 'string' }, definitions: { type: 'string' }, description: { type: 'number' }, x: { default: { $ref: '#/no' }, enum: [{ $schema: 1 }] } }, required: ['$ref', 'absent'] }
    expect(normaliseSchema(schema)).toEqual({ ...schema, required: ['$ref'] })
  })
  it('lifts unions at the top: all properties, required only what every branch needs', () => {
    expect(normaliseSchema({
      type: 'object',
      properties: { common: { type: 'string' } },
      required: ['common'],
      additionalProperties: false,
      oneOf: [
        { properties: { kind: { const: 'a' }, a: { type: 'string' } }, required: ['kind', 'a'] },
        { properties: { kind: { const: 'b' }, b: { type: 'string' } }, required: ['kind', 'b'] },
      ],
      allOf: [{ $ref: '#/$defs/Extra' }],
      $defs: { Extra: { properties: { extra: { type: 'boolean' } }, required: ['extra'] } },
    })).toEqual({
      type: 'object',
      properties: { common: { type: 'string' }, kind: { anyOf: [{ const: 'a' }, { const: 'b' }] }, a: { type: 'string' }, b: { type: 'string' }, extra: { type: 'boolean' } },
      required: ['common', 'kind', 'extra'],
    })
  })
  it('does not let a name reach the prototype', () => {
    const schema = normaliseSchema(JSON.parse('{"type":"object","properties":{"__proto__":{"polluted":true},"ok":{"type":"string"}},"__proto__":{"x":1}}'))
    expect(Object.keys(schema['properties'] as object)).toEqual(['ok'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('what real servers list', () => {
  it.each([['sequential-thinking', 1], ['notion', 24], ['robloxstudio', 69], ['mongodb', 27]])('%s: %i tools, each usable by every model API', (name, count) => {
    const { tools, dropped } = readTools(fixture(name), { id: 'id', name }, name)
    expect(dropped).toEqual([])
    expect(tools).toHaveLength(count)
    expect(new Set(tools.map((tool) => tool.definition.name)).size).toBe(count)
    for (const { definition } of tools) {
      expect(definition.name).toMatch(/^mcp__[A-Za-z0-9_-]{1,59}$/)
      expect(definition.name.length).toBeLessThanOrEqual(64)
      expect(definition.inputSchema).toMatchObject({ type: 'object', properties: expect.any(Object) })
      for (const key of ['anyOf', 'oneOf', 'allOf', '$defs', 'definitions', '$schema', '$ref']) expect(definition.inputSchema[key]).toBeUndefined()
      expect(JSON.stringify(definition.inputSchema)).not.toContain('"$ref"')
      expect(isObject(JSON.parse(JSON.stringify(definition.inputSchema)))).toBe(true)
    }
  })
  it('does not grow by inlining', () => {
    for (const name of ['notion', 'mongodb']) {
      const raw = fixture(name)
      const { tools } = readTools(raw, { id: 'id', name }, name)
      expect(JSON.stringify(tools.map((tool) => tool.definition)).length, name).toBeLessThan(JSON.stringify(raw).length * 2)
    }
  })
  it('keeps what sequential-thinking means by its reference to a reference', () => {
    const [tool] = readTools(fixture('sequential-thinking'), { id: 'id', name: 's' }, 's').tools
    const properties = tool?.definition.inputSchema['properties'] as Record<string, JsonObject>
    for (const [name, schema] of Object.entries(properties)) expect(Object.keys(schema).length, name).toBeGreaterThan(0)
    expect(properties['isRevision']?.['type']).toEqual(properties['nextThoughtNeeded']?.['type'])
  })
})
