/** Tools as offered: risk, fingerprint, hidden characters, and reasons for what is dropped. */
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './fingerprint.ts'
import { readTools } from './tool-list.ts'

const read = (...raw: unknown[]) => readTools(raw, { id: 'id', name: 'Server' }, 'server')
const tool = (more: Record<string, unknown> = {}) => ({ name: 't', description: 'd', inputSchema: { type: 'object' }, ...more })

describe('readTools', () => {
  it('believes only a harmless hint', () => {
    const risk = (annotations?: unknown) => read(tool({ annotations })).tools[0]?.risk
    expect(risk({ readOnlyHint: true })).toBe('read')
    expect(risk({ readOnlyHint: true, destructiveHint: true })).toBe('unknown')
    expect(risk({ readOnlyHint: 'yes' })).toBe('unknown')
    expect(risk()).toBe('unknown')
    expect(risk('text')).toBe('unknown')
  })
  it('changes the fingerprint with anything the server says, not with key order', () => {
    const print = (more?: Record<string, unknown>) => read(tool(more)).tools[0]?.fingerprint
    expect(print()).toMatch(/^[0-9a-f]{64}$/)
    expect(print({ inputSchema: { properties: {}, type: 'object' } })).toBe(print({ inputSchema: { type: 'object', properties: {} } }))
    const others = [{ description: 'd\u200b' }, { description: 'D' }, { inputSchema: { type: 'object', properties: {} } }, { annotations: { readOnlyHint: true } }, { name: 'u' }]
    expect(new Set([print(), ...others.map(print)]).size).toBe(others.length + 1)
    expect(canonicalJson({ b: [1, { d: undefined, c: null }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":null}]}')
  })
  it('shows no hidden characters and not endless text', () => {
    const [made] = read(tool({ description: `safe\u202E\u200Bhidden\u{E0041}\tok\n${'x'.repeat(20_000)}` })).tools
    expect(made?.definition.description.startsWith('safehidden\tok\n')).toBe(true)
    expect(made?.definition.description.length).toBe(10_000)
  })
  it('says why it drops what it drops', () => {
    const { tools, dropped } = read(null, { name: 5, inputSchema: {} }, tool({ name: 'x\u200b' }), tool({ name: 'a', description: 7 }), { name: 'b' }, tool({ name: 'c', inputSchema: [] }), tool({ name: 'd', inputSchema: { type: 'string' } }), tool({ name: 'e', inputSchema: { x: 'y'.repeat(300_000) } }), tool(), tool())
    expect(tools.map((one) => one.toolName)).toEqual(['t'])
    expect(dropped).toEqual([
      { name: 'tool 1', reason: 'not an object' }, { name: 'tool 2', reason: 'has no name' }, { name: 'x', reason: 'its name holds invisible characters' },
      { name: 'a', reason: 'its description is not text' }, { name: 'b', reason: 'has no input schema' }, { name: 'c', reason: 'its input schema is not an object' },
      { name: 'd', reason: 'its input schema is of type "string", not object' }, { name: 'e', reason: 'its input schema is too large' }, { name: 't', reason: 'listed twice' },
    ])
  })
})
