/** A long conversation becomes short: the user's words stay, the rest is told to a model, and its summary is understood by any upstream later. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { UNKNOWN_USAGE } from '../turn.ts'
import { responsesCodec } from './codec.ts'
import { COMPACTION_LIMITS, compactionAnswer, compactionRequest, planCompaction, textOfResponse } from './compact.ts'
import { CODEX_CODE_MODE, CODEX_GPT55 } from './fixtures.ts'
import { inputItemsOf } from './input-items.ts'
import { objectsOf } from './fields.ts'

const says = (role: string, text: string) => ({ type: 'message', role, content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }] })
const head = { id: 'resp_c', createdAt: 5000, usage: { ...UNKNOWN_USAGE, inputTokens: 100, outputTokens: 10 }, inputTokens: 0 }

describe('compaction', () => {
  it('keeps instructions and the user’s words, and tells everything else in order', () => {
    const plan = planCompaction(inputItemsOf(CODEX_GPT55.input))
    expect(plan.kept.map((item) => item.role)).toEqual(['developer', 'developer', 'user', 'user'])
    expect(plan.transcript).toContain('User: Fix it.')
    const order = ['Assistant thought: Looking', 'Assistant: I look.', 'Assistant searched for tools', 'Found: mcp__kit', 'Assistant called mcp__kit.echo: {"message":"x"}', 'Result: Echo: x', 'Result: a.txt', 'Assistant called apply_patch: *** Begin Patch', 'Result: Done']
    const places = order.map((line) => plan.transcript.indexOf(line))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places[0]).toBeGreaterThan(0)
    expect(plan.transcript).not.toContain('You are Codex.')
    expect(planCompaction(CODEX_CODE_MODE.input).kept[0]?.type).toBe('additional_tools')
  })
  it('gives an answer of the documented shape that any upstream understands later', () => {
    const plan = planCompaction(inputItemsOf(CODEX_GPT55.input))
    const answer = compactionAnswer(head, plan, 'Fixed a.ts; tests are next.')
    expect(answer).toMatchObject({ id: 'resp_c', object: 'response.compaction', created_at: 5, usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 } })
    const output = objectsOf(answer.output)
    expect(output.map((item) => item.type)).toEqual(['message', 'message', 'message', 'message', 'compaction'])
    expect(output.every((item) => typeof item.id === 'string')).toBe(true)
    const next = responsesCodec.readRequest({ model: 'm', input: output })
    expect(next.messages.at(-1)).toEqual({ role: 'user', parts: [{ type: 'text', text: 'Summary of the conversation before this point:\n\nFixed a.ts; tests are next.' }] })
  })
  it('goes on from an earlier one of ours, and keeps another provider’s', () => {
    const first = objectsOf(compactionAnswer(head, planCompaction([says('user', 'a'), says('assistant', 'b')]), 'S1').output)
    const plan = planCompaction([...first, { type: 'compaction', encrypted_content: 'gAAA' }, says('assistant', 'more')])
    expect(plan.transcript).toContain('Summary of what came before: S1')
    expect(plan.kept.map((item) => item.type)).toEqual(['message', 'compaction'])
    expect(plan.kept[1]?.encrypted_content).toBe('gAAA')
  })
  it('moves the oldest of the user’s words into the summary when they are many, never the newest', () => {
    const limits = { ...COMPACTION_LIMITS, keepTokens: 30 }
    const plan = planCompaction([says('user', `old ${'x'.repeat(100)}`), says('assistant', 'y'), says('user', `new ${'z'.repeat(80)}`)], limits)
    expect(plan.kept).toHaveLength(1)
    expect(plan.transcript).toContain('User: old')
    expect(planCompaction([says('assistant', 'y'), says('user', 'z'.repeat(9000))], limits).kept).toHaveLength(1)
  })
  it('shortens long results and long conversations in their middle', () => {
    const result = (output: string) => ({ type: 'function_call_output', call_id: 'c', output })
    const plan = planCompaction([says('user', 'q'), result(`begin${'x'.repeat(9000)}end`)])
    expect(plan.transcript).toMatch(/Result: beginx+\n\[… 5008 characters left out …\]\nx+end$/)
    const many = planCompaction(Array.from({ length: 300 }, () => result('x'.repeat(3000))), { ...COMPACTION_LIMITS, transcriptCharacters: 10_000 })
    expect(many.transcript.length).toBeLessThan(10_100)
  })
  it('asks for the summary in an ordinary request, and refuses when there is nothing to shorten', () => {
    const plan = planCompaction([says('user', 'a'), says('assistant', 'b')])
    const turn = responsesCodec.readRequest(compactionRequest(plan, 'm', 'Be kind.'))
    expect(turn.messages.map((message) => message.role)).toEqual(['system', 'user'])
    expect(turn.messages[1]?.parts).toEqual([{ type: 'text', text: 'The assistant’s instructions were:\nBe kind.\n\nTranscript:\n\nUser: a\n\nAssistant: b' }])
    expect(() => compactionRequest(planCompaction([says('user', 'a')]), 'm', null)).toThrow(CannotTranslate)
  })
  it('takes the summary from a response object', () => {
    expect(textOfResponse({ output: [{ type: 'reasoning', summary: [] }, says('assistant', 'A'), says('assistant', 'B')] })).toBe('AB')
  })
})
