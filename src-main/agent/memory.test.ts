/** The conversation for the model: complete, valid for every wire, and never longer than it fits. */
import { describe, expect, it } from 'vitest'
import type { ModelMessage } from '../api/ports.ts'
import type { ConversationEntry } from '../sessions/tool-calls-table.ts'
import { buildMemory, fitMemory, type MemoryLimits } from './memory.ts'

const user = (turnId: string, text = turnId): ConversationEntry => ({ kind: 'user', turnId, text })
const said = (turnId: string, step: number, text: string): ConversationEntry => ({ kind: 'assistant', turnId, step, text })
const tool = (turnId: string, step: number, callId: string, resultText: string | null = `r_${callId}`, argumentsText = '{}'): ConversationEntry =>
  ({ kind: 'tool', turnId, step, callId, name: 'read', argumentsText, resultText, isError: false })
const shape = (messages: readonly ModelMessage[]): string[] => messages.map((message) =>
  message.role === 'user' ? `user ${message.text}`
  : message.role === 'assistant' ? `assistant ${message.text}[${message.toolCalls.map((call) => call.callId).join()}]`
  : `tool ${message.results.map((result) => `${result.callId}:${result.text.slice(0, 12)}`).join()}`)

describe('buildMemory', () => {
  it('groups what belongs to one model call', () => {
    const entries = [user('t1', 'go'), said('t1', 0, 'Looking.'), tool('t1', 0, 'a'), tool('t1', 0, 'b'), tool('t1', 1, 'c'), said('t1', 2, 'Done.'), user('t2', 'more')]
    expect(shape(buildMemory(entries, { resume: false }))).toEqual([
      'user go', 'assistant Looking.[a,b]', 'tool a:r_a,b:r_b', 'assistant [c]', 'tool c:r_c', 'assistant Done.[]', 'user more',
    ])
  })
  it('gives a call without a result one, so that every gateway takes it', () => {
    const messages = buildMemory([user('t1'), tool('t1', 0, 'a', null)], { resume: true })
    expect(messages[2]).toMatchObject({ role: 'tool', results: [{ callId: 'a', isError: true, text: expect.stringContaining('cancelled') }] })
  })
  it('leaves broken-off words out of a retry, and only those', () => {
    const entries = [user('t1'), said('t1', 0, 'Look.'), tool('t1', 0, 'a'), said('t1', 1, 'Half a')]
    expect(shape(buildMemory(entries, { resume: true }))).toEqual(['user t1', 'assistant Look.[a]', 'tool a:r_a'])
    expect(shape(buildMemory([...entries, user('t2')], { resume: false })).slice(-2)).toEqual(['assistant Half a[]', 'user t2'])
  })
  it('leaves out an answer without words', () => {
    expect(shape(buildMemory([user('t1'), said('t1', 0, ''), user('t2')], { resume: false }))).toEqual(['user t1', 'user t2'])
  })
  it('shortens results and arguments of old turns, and keeps arguments an object', () => {
    const long = 'x'.repeat(5_000)
    const entries = Array.from({ length: 6 }, (_unused, n) => [user(`t${n}`), tool(`t${n}`, 0, `c${n}`, long, JSON.stringify({ content: long, n }))]).flat()
    const messages = buildMemory([...entries, user('now')], { resume: false })
    const lengths = messages.flatMap((message) => (message.role === 'tool' ? [message.results[0]?.text.length ?? 0] : []))
    expect(lengths.map((length) => length <= 2_000)).toEqual([true, true, true, false, false, false])
    const [first] = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
    const args: unknown = JSON.parse(first?.argumentsText ?? '')
    expect(args).toMatchObject({ n: 0 })
    expect(first?.argumentsText.length).toBeLessThan(700)
  })
})

describe('fitMemory', () => {
  const limits: MemoryLimits = { total: 1_000, oldResult: 50, wholeTurns: 2 }
  const results = (id: string, text: string, images = false): ModelMessage[] => [
    { role: 'assistant', text: '', toolCalls: [{ callId: id, name: 'read', argumentsText: '{}' }] },
    { role: 'tool', results: [{ callId: id, name: 'read', text, isError: false, images: images ? [{ mimeType: 'image/png', base64: 'AAAA' }] : [] }] },
  ]
  it('shortens the older results of a long turn before anything is left out', () => {
    const messages: ModelMessage[] = [{ role: 'user', text: 'go' }, ...Array.from({ length: 6 }, (_unused, n) => results(`c${n}`, 'y'.repeat(250))).flat()]
    const fitted = fitMemory(messages, limits)
    expect(fitted).toHaveLength(messages.length)
    expect(fitted.flatMap((message) => (message.role === 'tool' ? [message.results[0]?.text.length] : []))).toEqual([50, 50, 50, 250, 250, 250])
  })
  it('then leaves out whole turns, and says so', () => {
    const messages: ModelMessage[] = Array.from({ length: 10 }, (_unused, n): ModelMessage[] => [{ role: 'user', text: `${n}${'u'.repeat(199)}` }, ...results(`c${n}`, 'z')]).flat()
    const fitted = fitMemory(messages, limits)
    expect(fitted[0]).toMatchObject({ role: 'user', text: expect.stringContaining('left out') })
    expect(fitted.length).toBeLessThan(messages.length)
    expect(fitted.at(-1)).toEqual(messages.at(-1))
    const called = new Set(fitted.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map((call) => call.callId) : [])))
    const answered = fitted.flatMap((message) => (message.role === 'tool' ? message.results.map((result) => result.callId) : []))
    expect(answered.every((id) => called.has(id))).toBe(true)
  })
  it('never leaves out the prompt that is being answered', () => {
    const messages: ModelMessage[] = [{ role: 'user', text: 'old' }, ...results('a', 'b'), { role: 'user', text: 'n'.repeat(5_000) }, ...results('c', 'd')]
    expect(shape(fitMemory(messages, limits)).map((line) => line.slice(0, 6))).toEqual(['user [', 'assist', 'tool c'])
  })
  it('sends images with the newest results only', () => {
    const fitted = fitMemory([{ role: 'user', text: 'go' }, ...['a', 'b', 'c', 'd'].flatMap((id) => results(id, 'pic', true))], { ...limits, total: 100_000 })
    expect(fitted.flatMap((message) => (message.role === 'tool' ? [message.results[0]?.images.length] : []))).toEqual([0, 1, 1, 1])
    expect(JSON.stringify(fitted[2])).toContain('image left out')
  })
  it('leaves a short conversation as it is', () => {
    const messages: ModelMessage[] = [{ role: 'user', text: 'hi' }, ...results('a', 'b')]
    expect(fitMemory(messages, limits)).toEqual(messages)
  })
})
