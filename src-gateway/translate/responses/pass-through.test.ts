/** Requests that are bound to one provider are recognised before they are sent to another. */
import { describe, expect, it } from 'vitest'
import { packReasoning } from '../reasoning-state.ts'
import { responsesCodec } from './codec.ts'
import { CODEX_CODE_MODE, CODEX_GPT55 } from './fixtures.ts'
import { mayPassThrough, refuseStandIns } from './pass-through.ts'

describe('a request', () => {
  it('passes through untouched unless it hands back what we packed', () => {
    expect(mayPassThrough(JSON.stringify(CODEX_GPT55))).toBe(true)
    const item = { type: 'reasoning', summary: [], encrypted_content: packReasoning({ state: null, text: 't', form: 'full' }) }
    expect(mayPassThrough(JSON.stringify({ model: 'm', input: [item] }))).toBe(false)
    expect(mayPassThrough(JSON.stringify({ model: 'm', input: 'what is portico1.x?' }))).toBe(true)
  })
  it('is refused by other wires only where an item stands for what its provider keeps', () => {
    const refuse = (input: unknown, more = {}) => () => refuseStandIns(responsesCodec.readRequest({ model: 'm', input, ...more }))
    for (const { input } of [CODEX_GPT55, CODEX_CODE_MODE]) expect(refuse(input)).not.toThrow()
    expect(refuse([{ type: 'web_search_call', id: 'w' }])).not.toThrow()
    expect(refuse([{ type: 'compaction', encrypted_content: packReasoning({ state: null, text: 't', form: 'summary' }) }])).not.toThrow()
    expect(refuse([{ type: 'item_reference', id: 'x' }])).toThrow('item_reference')
    expect(refuse([{ type: 'compaction', encrypted_content: 'gAAA' }])).toThrow('compaction')
    expect(refuse('x', { prompt: { id: 'p' } })).toThrow('prompt')
  })
})
