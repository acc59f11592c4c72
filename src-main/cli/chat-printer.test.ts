/** What a turn looks like in a terminal and as JSON lines. */
import { describe, expect, it } from 'vitest'
import type { ChatEvent, SessionItem, StepReceipt, ToolCallView } from '../../src-shared/domain/session.ts'
import { createChatPrinter, receiptLine } from './chat-printer.ts'
import { createOutput } from './output.ts'

function terminal(json = false) {
  const seen = { stdout: '', stderr: '' }
  const output = createOutput({ stdout: (text) => void (seen.stdout += text), stderr: (text) => void (seen.stderr += text) }, json)
  return { seen, printer: createChatPrinter(output) }
}
const item = (one: SessionItem): ChatEvent => ({ type: 'item', sessionId: 's', index: 0, item: one })
const answer = (text: string, done = false): ChatEvent => item({ kind: 'assistant', id: 'a', turnId: 't', at: 0, text, done })
const delta = (offset: number, text: string): ChatEvent => ({ type: 'delta', sessionId: 's', itemId: 'a', offset, text })
const call = (patch: Partial<ToolCallView>): ChatEvent =>
  item({
    kind: 'tool', id: 'c', turnId: 't', at: 0,
    call: {
      callId: 'c', wireName: 'edit', name: 'edit', origin: { kind: 'workspace' }, risk: 'write', argumentsText: '{}', summary: 'src/a.ts', status: 'queued', approvalId: null,
      diff: { path: 'src/a.ts', added: 2, removed: 1, unified: '', truncated: false }, resultText: null, resultBytes: null, isError: false, denyNote: null, startedAt: null, endedAt: null, ...patch,
    },
  })

describe('text', () => {
  it('is printed once, whatever overlaps', () => {
    const { seen, printer } = terminal()
    printer.onEvents([answer(''), delta(0, 'Hel'), delta(0, 'Hel'), delta(2, 'llo wor')])
    printer.onEvents([delta(8, 'rld'), answer('Hello world', true), answer('Hello world', true)])
    expect(seen.stdout).toBe('Hello world\n')
  })
  it('cannot move the cursor', () => {
    const { seen, printer } = terminal()
    printer.onEvents([answer('a\u001b[2Jb\u0007\tc', true)])
    expect(seen.stdout).toBe('a[2Jb\tc\n')
  })
})

describe('thinking', () => {
  const thought = (text: string): ChatEvent => item({ kind: 'thinking', id: 'th', turnId: 't', at: 0, text, done: false, ms: null })
  const more: ChatEvent = { type: 'delta', sessionId: 's', itemId: 'th', offset: 2, text: ' then' }
  it('is no part of the answer on a terminal, and told apart in JSON', () => {
    const plain = terminal()
    plain.printer.onEvents([thought('Hm'), more, answer('Hello', true)])
    expect(plain.seen.stdout).toBe('Hello\n')
    const lines = terminal(true)
    lines.printer.onEvents([thought('Hm'), more])
    expect(lines.seen.stdout.trim().split('\n').map((line): unknown => JSON.parse(line))).toEqual([{ type: 'thinking', itemId: 'th', text: 'Hm' }, { type: 'thinking', itemId: 'th', text: ' then' }])
  })
})

describe('tool calls', () => {
  it('stand beside the text, each change once', () => {
    const { seen, printer } = terminal()
    printer.onEvents([answer('Editing'), call({}), call({ status: 'running' }), call({ status: 'running' }), call({ status: 'done' })])
    expect(seen).toEqual({ stdout: 'Editing\n', stderr: '… edit  src/a.ts  +2 −1\n✓ edit  src/a.ts\n' })
  })
  it('that nothing allowed are counted', () => {
    const { seen, printer } = terminal()
    printer.onEvents([call({ status: 'denied' }), call({ status: 'denied' })])
    expect(printer.denied()).toBe(1)
    expect(seen.stderr).toContain('not allowed')
  })
})

describe('JSON lines', () => {
  it('carry the same, one value a line, with nothing on stderr', () => {
    const { seen, printer } = terminal(true)
    printer.onEvents([answer('Hi'), call({ status: 'done', resultText: 'Edited.', origin: { kind: 'mcp', serverId: 'x', serverName: 'files' } })])
    expect(seen.stderr).toBe('')
    expect(seen.stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line))).toEqual([
      { type: 'text', itemId: 'a', text: 'Hi' },
      {
        type: 'tool', callId: 'c', name: 'edit', server: 'files', summary: 'src/a.ts', status: 'done', isError: false, resultBytes: null,
        diff: { path: 'src/a.ts', added: 2, removed: 1 }, result: 'Edited.',
      },
    ])
  })
})

describe('receiptLine', () => {
  const step = (patch: Partial<StepReceipt>): StepReceipt => ({
    responseId: 'r', requestId: null, model: 'm', inputTokens: 1_200, outputTokens: 30, costMicro: 6_900, priceMode: 'standard', balanceAfterMicro: 9_993_100, ...patch,
  })
  const end = (steps: StepReceipt[], costMicro: number | null): Extract<SessionItem, { kind: 'turn-end' }> => ({
    kind: 'turn-end', id: 'e', turnId: 't', at: 0, status: 'done', receipt: { steps, costMicro }, error: null, toolCalls: 2, durationMs: 10,
  })
  it('sums what is known and says what is not', () => {
    expect(receiptLine(end([step({}), step({ outputTokens: 5 })], 13_800))).toBe('done · 2 steps · 2 tool calls · 2,400 in, 35 out · $0.01 · $9.99 left')
    expect(receiptLine(end([step({ inputTokens: null, costMicro: null, balanceAfterMicro: null })], null))).toBe('done · 1 step · 2 tool calls · unknown in, 30 out · cost unknown')
    expect(receiptLine({ ...end([], null), status: 'failed', receipt: null })).toBe('failed · no answer came')
  })
})
