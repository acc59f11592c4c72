/** Legacy completions and CodeGrex’s fill-in-the-middle, over any chat model. */
import { describe, expect, it } from 'vitest'
import { createDice, damaged, inPieces } from '../chat/testing/fuzz.ts'
import { turnWith } from '../chat/testing/turns.ts'
import { CannotTranslate } from '../codec.ts'
import { textOf, type TurnEvent } from '../turn.ts'
import { createFenceStripper, stripFences } from './code-fences.ts'
import { completionsDialect } from './dialect.ts'
import { readCompletions, readCompletionsRequest } from './read-request.ts'

const FILL = { model: 'codegrex-tab', prefix: 'function add(a, b) {\n return ', suffix: '\n}', language: 'typescript', max_tokens: 128, temperature: 0.2 }
const HEAD = { responseId: 'cmpl-1', model: 'm', createdAt: 1_760_000_000_000, turn: turnWith({}), inputTokens: 7 }
const events = (...texts: string[]): TurnEvent[] => [
  { type: 'start', responseId: null, model: null }, { type: 'reasoning', text: 'hm', form: 'full' }, ...texts.map((text): TurnEvent => ({ type: 'text', text })),
  { type: 'usage', usage: { inputTokens: 42, cacheReadTokens: null, cacheWriteTokens: null, outputTokens: 6, reasoningTokens: null } }, { type: 'finish', reason: 'length', stopSequence: null },
]

describe('readCompletionsRequest', () => {
  it('reads CodeGrex’s fill-in-the-middle', () => {
    const { turn, isFill, echo } = readCompletions(FILL)
    expect({ isFill, echo }).toEqual({ isFill: true, echo: '' })
    expect(readCompletionsRequest(FILL)).toEqual(turn)
    expect(turn).toMatchObject({ model: 'codegrex-tab', maxTokens: 128, temperature: 0.2, reasoning: { mode: 'off' }, tools: [] })
    expect(turn.messages.map((message) => message.role)).toEqual(['system', 'user'])
    expect(textOf(turn.messages[1]?.parts ?? [])).toBe('The file’s language: typescript\n<before_gap>function add(a, b) {\n return </before_gap>\n<after_gap>\n}</after_gap>')
  })
  it('reads OpenAI’s prompts', () => {
    const legacy = readCompletions({ model: 'm', prompt: ['Once upon'], stop: 'END', echo: true, stream: true, stream_options: { include_usage: true }, n: 1, logprobs: 0, seed: 5 })
    expect(legacy).toMatchObject({ isFill: false, echo: 'Once upon', turn: { maxTokens: 16, stop: ['END'], extras: { fields: { seed: 5 } } } })
    expect(textOf(legacy.turn.messages[1]?.parts ?? [])).toBe('Once upon')
    expect(readCompletions({ model: 'm', prompt: 'a', suffix: 'z' })).toMatchObject({ isFill: true, turn: { maxTokens: 256 } })
    expect(readCompletions({ model: 'm', prompt: 'a', suffix: '' }).isFill).toBe(false)
  })
  it.each<[body: unknown, field: string | null]>([
    [null, null], [{ prompt: 'a' }, 'model'], [{ model: 'm' }, 'prompt'], [{ model: 'm', prompt: '' }, 'prompt'], [{ model: 'm', prompt: ['a', 'b'] }, 'prompt'], [{ model: 'm', prompt: [1, 2] }, 'prompt'],
    [{ model: 'm', prompt: 'a', n: 2 }, 'n'], [{ model: 'm', prompt: 'a', best_of: 3 }, 'best_of'], [{ model: 'm', prompt: 'a', logprobs: 2 }, 'logprobs'], [{ model: 'm', prefix: 1 }, 'prefix'], [{ ...FILL, max_tokens: -1 }, 'max_tokens'],
  ])('refuses %j', (body, field) => {
    expect(() => readCompletionsRequest(body)).toThrow(CannotTranslate)
    expect(() => readCompletionsRequest(body)).toThrow(expect.objectContaining({ field }))
  })
  it('never fails in another way, over 2,000 damaged requests', () => {
    const dice = createDice(3)
    let read = 0
    for (let round = 0; round < 2000; round += 1) {
      try {
        readCompletionsRequest(damaged({ ...FILL, prompt: ['x'], stream: true, stream_options: { include_usage: true }, echo: false, stop: ['a'] }, dice))
        read += 1
      } catch (failure) {
        expect(failure).toBeInstanceOf(CannotTranslate)
      }
    }
    expect(read).toBeGreaterThan(100)
    expect(read).toBeLessThan(2000)
  })
})

describe('stripFences', () => {
  it.each([
    ['a + b', 'a + b'], ['```ts\na + b\n```', 'a + b'], ['```\na\n\nb\n```\n', 'a\n\nb'], ['\n```js\n  a\n  ```', '  a'], ['```ts\na', 'a'], ['```ts\n```', ''], ['```', ''], ['', ''],
    ['text\n```ts\na\n```\n', 'text\n```ts\na\n```\n'], ['  indented\n', '  indented\n'], ['`code`', '`code`'], ['```md\n# T\n\n```js\nx\n```\nend\n```', '# T\n\n```js\nx\n```\nend'], ['```inline``` x', '```inline``` x'],
    ['```ts\r\na\r\n```', 'a'], ['\n', '\n'],
  ])('makes %j into %j, cut at every place', (given, expected) => {
    expect(stripFences(given)).toBe(expected)
    for (const pieces of [given.split(''), ...Array.from({ length: 20 }, (_one, seed) => inPieces(given, createDice(seed), 4))]) {
      const stripper = createFenceStripper()
      expect(pieces.map((piece) => stripper.push(piece)).join('') + stripper.end()).toBe(expected)
    }
  })
  it('holds back no more than it must', () => {
    const stripper = createFenceStripper()
    expect(['```', 'ts\n', 'a', ' b\n', 'c'].map((piece) => stripper.push(piece))).toEqual(['', '', 'a', ' b', '\nc'])
    const plain = createFenceStripper()
    expect(['a\n', '`'].map((piece) => plain.push(piece))).toEqual(['a\n', '`'])
  })
})

describe('the answer', () => {
  const usage = { prompt_tokens: 42, completion_tokens: 6, total_tokens: 48, inputTokens: 42, outputTokens: 6 }
  const echoed = completionsDialect({ model: 'm', prompt: 'Hi', echo: true })
  const fill = completionsDialect(FILL)
  it('is whole, without fences, with both namings of usage', () => {
    expect(fill.writeAnswer(HEAD, events('```ts\n', 'a + b\n```'))).toEqual({
      id: 'cmpl-1', object: 'text_completion', created: 1_760_000_000, model: 'm', choices: [{ text: 'a + b', index: 0, logprobs: null, finish_reason: 'length' }], usage,
    })
    expect(echoed.writeAnswer(HEAD, events(' there'))).toMatchObject({ choices: [{ text: 'Hi there' }] })
  })
  it('streams the same', () => {
    const linesOf = (stream: string): unknown[] => stream.split('\n\n').filter(Boolean).map((line): unknown => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice(6))))
    const writer = fill.answerWriter(HEAD, { includeUsage: true })
    const lines = linesOf(events('```ts\na', ' + b\n', '```').map((event) => writer.write([event])).join(''))
    expect(lines).toMatchObject([
      { object: 'text_completion', choices: [{ text: 'a', finish_reason: null }] }, { choices: [{ text: ' + b' }] }, { choices: [{ text: '', finish_reason: 'length' }], usage }, { choices: [], usage }, '[DONE]',
    ])
    const broken = echoed.answerWriter(HEAD, { includeUsage: false })
    expect(linesOf(broken.write([{ type: 'text', text: 'a' }]) + broken.fail({ status: 502, code: 'cut', message: 'M' }))).toMatchObject([
      { choices: [{ text: 'Hi' }] }, { choices: [{ text: 'a' }] }, { error: { message: 'M', code: 'cut' } },
    ])
    expect(broken.write(events('late'))).toBe('')
  })
})
