/**
 * How fast streams are translated: every pair of reader and writer, on one-token events as OpenAI and Anthropic send them, in bytes of the upstream's stream.
 * Pure but for the clock it is given. The number to hold is 100 MB/s (issue 3).
 */
import { chatCodec } from '../chat/codec.ts'
import type { AnswerHead, Codec } from '../codec.ts'
import { messagesCodec } from '../messages/codec.ts'
import { responsesCodec } from '../responses/codec.ts'
import { createToolNames } from '../tool-names.ts'
import type { Turn, WireName } from '../turn.ts'

export type BenchContent = 'text' | 'arguments' | 'reasoning'
export type BenchPieces = 'one event each' | '16 KB each'

export interface TranslationSpeed {
  from: WireName
  to: WireName
  content: BenchContent
  pieces: BenchPieces
  /** Of the upstream's stream, 1 MB = 1,000,000 bytes; the median of the runs. */
  megabytesPerSecond: number
  /** Of the fastest run: what a machine does that others use meanwhile. */
  bestMegabytesPerSecond: number
}

export interface BenchOptions {
  /** Milliseconds, from any beginning, finer than one. */
  now(): number
  /** Of one run; 2 MB are about 9,000 events. */
  megabytes?: number
  /** Timed runs of each. */
  runs?: number
}

const CODECS: readonly (readonly [WireName, Codec])[] = [['chat-completions', chatCodec], ['responses', responsesCodec], ['messages', messagesCodec]]
const CONTENTS: readonly BenchContent[] = ['text', 'arguments', 'reasoning']

/** Runs of each before those that count. */
const WARM_UP = 3

/** All 9 pairs × 3 contents × 2 sizes of piece. About 2 s for each megabyte with five runs. */
export function benchTranslation(options: BenchOptions): TranslationSpeed[] {
  const [bytes, runs] = [(options.megabytes ?? 2) * 1_000_000, options.runs ?? 5]
  const speeds: TranslationSpeed[] = []
  for (const [from, reader] of CODECS) {
    for (const content of CONTENTS) {
      const events = streamOf(from, content, bytes)
      const whole = events.join('')
      const large = Array.from({ length: Math.ceil(whole.length / 16_384) }, (_, index) => whole.slice(index * 16_384, (index + 1) * 16_384))
      for (const [to, writer] of CODECS) {
        for (const [pieces, cut] of [['one event each', events], ['16 KB each', large]] as const) {
          const took = Array.from({ length: runs + WARM_UP }, () => timed(options.now, reader, writer, cut)).slice(WARM_UP).sort((a, b) => a - b)
          const median = took[Math.floor(took.length / 2)] ?? Number.POSITIVE_INFINITY
          const speed = (ms: number): number => Math.round(whole.length / 1000 / ms)
          speeds.push({ from, to, content, pieces, megabytesPerSecond: speed(median), bestMegabytesPerSecond: speed(took[0] ?? median) })
        }
      }
    }
  }
  return speeds
}

/** @throws when the answer was not translated to its end: a fast failure is no speed. */
function timed(now: () => number, from: Codec, to: Codec, pieces: readonly string[]): number {
  const reader = from.answerReader(createToolNames(TURN))
  const writer = to.answerWriter(HEAD, { includeUsage: true })
  let written = 0
  let isFinished = false
  const started = now()
  for (const piece of pieces) {
    const events = reader.push(piece)
    if (events.length === 0) continue
    written += writer.write(events).length
    isFinished = events.at(-1)?.type === 'finish'
  }
  const took = now() - started
  if (!isFinished || written === 0) throw new Error('The stream to measure did not come to its end')
  return took
}

const TURN: Turn = {
  model: 'm', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: null, temperature: null,
  topP: null, topK: null, stop: [], reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null,
  extras: { wire: 'responses', fields: {} },
}
const HEAD: AnswerHead = { responseId: 'resp_bench', model: 'm', createdAt: 0, turn: TURN, inputTokens: 1 }

/** One in nine has something to escape, about as in code and prose. */
const TEXT_TOKENS = [' the', ' function', ' returns', '.\n', ' a', ' “value”', ' of', ' type', ' string']
const ARGUMENT_TOKENS = [' const', ' x', ' =', ' y', '\\n', ' +', ' 17', ')', ' {']

/** The stream's events, first and last included. */
function streamOf(wire: WireName, content: BenchContent, bytes: number): string[] {
  const wrap = WIRES[wire](content)
  const tokens = content === 'arguments' ? ARGUMENT_TOKENS : TEXT_TOKENS
  const events = [...wrap.first]
  for (let index = 0, size = 0; size < bytes; index += 1) {
    const event = wrap.delta(tokens[index % tokens.length] ?? '', index)
    events.push(event)
    size += event.length
  }
  return [...events, ...wrap.last]
}

interface Wrapping {
  first: readonly string[]
  delta(token: string, index: number): string
  last: readonly string[]
}

/** OpenAI ends each event with letters of a random number. */
const padding = (index: number): string => 'TnV0q8LpXw3Zs7'.slice(0, 4 + (index % 9))

const WIRES: Readonly<Record<WireName, (content: BenchContent) => Wrapping>> = { 'chat-completions': chat, responses, messages }

function chat(content: BenchContent): Wrapping {
  const event = (delta: string, more: string, pad: string): string =>
    `data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4-2026-03-05","service_tier":"default","system_fingerprint":"fp_50cad350e4","choices":[{"index":0,"delta":{${delta}},"logprobs":null,"finish_reason":${more}}],"usage":null${pad}}\n\n`
  const call = '"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"run","arguments":"{\\"a\\":\\""}}]'
  return {
    first: [event('"role":"assistant","content":"","refusal":null', 'null', ''), ...(content === 'arguments' ? [event(call, 'null', '')] : [])],
    delta: (token, index) => {
      const text = JSON.stringify(token)
      const delta = content === 'text' ? `"content":${text}` : content === 'reasoning' ? `"reasoning_content":${text}` : `"tool_calls":[{"index":0,"function":{"arguments":${text}}}]`
      return event(delta, 'null', `,"obfuscation":"${padding(index)}"`)
    },
    last: [...(content === 'arguments' ? [event('"tool_calls":[{"index":0,"function":{"arguments":"\\"}"}}]', 'null', '')] : []), event('', content === 'arguments' ? '"tool_calls"' : '"stop"', ''), 'data: [DONE]\n\n'],
  }
}

function responses(content: BenchContent): Wrapping {
  const event = (type: string, rest: string): string => `event: ${type}\ndata: {"type":"${type}",${rest}}\n\n`
  const response = (status: string): string => `"response":{"id":"resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b","status":"${status}","model":"gpt-5.4","output":[]}`
  const kind = content === 'text' ? 'message' : content === 'reasoning' ? 'reasoning' : 'function_call'
  const id = `${kind.slice(0, 3)}_67ccd2bf17f0819081ff3bb2cf6508e60bb6a6b452d3795b`
  const item = content === 'text' ? `"id":"${id}","type":"message","role":"assistant","content":[]` : content === 'reasoning' ? `"id":"${id}","type":"reasoning","summary":[]` : `"id":"${id}","type":"function_call","call_id":"call_1","name":"run","arguments":""`
  const type = content === 'text' ? 'response.output_text.delta' : content === 'reasoning' ? 'response.reasoning_summary_text.delta' : 'response.function_call_arguments.delta'
  const place = content === 'text' ? ',"content_index":0' : content === 'reasoning' ? ',"summary_index":0' : ''
  const delta = (token: string, index: number): string =>
    event(type, `"sequence_number":${index + 4},"item_id":"${id}","output_index":0${place},"delta":${JSON.stringify(token)}${content === 'text' ? ',"logprobs":[]' : ''},"obfuscation":"${padding(index)}"`)
  return {
    first: [event('response.created', response('in_progress')), event('response.output_item.added', `"output_index":0,"item":{${item}}`), ...(content === 'arguments' ? [delta('{"a":"', 0)] : [])],
    delta,
    last: [
      ...(content === 'arguments' ? [delta('"}', 1), event('response.function_call_arguments.done', `"item_id":"${id}","output_index":0`)] : []),
      ...(content === 'arguments' ? [event('response.output_item.done', `"output_index":0,"item":{"id":"${id}","type":"function_call","call_id":"call_1","name":"run"}`)] : []),
      event('response.completed', response('completed')),
    ],
  }
}

function messages(content: BenchContent): Wrapping {
  const event = (type: string, rest: string): string => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`
  const block = content === 'text' ? '"type":"text","text":""' : content === 'reasoning' ? '"type":"thinking","thinking":"","signature":""' : '"type":"tool_use","id":"toolu_1","name":"run","input":{}'
  const [type, key] = content === 'text' ? ['text_delta', 'text'] : content === 'reasoning' ? ['thinking_delta', 'thinking'] : ['input_json_delta', 'partial_json']
  const delta = (token: string): string => event('content_block_delta', `,"index":0,"delta":{"type":"${type}","${key}":${JSON.stringify(token)}}`)
  return {
    first: [
      event('message_start', ',"message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-4-8","content":[],"usage":{"input_tokens":25,"output_tokens":1}}'),
      event('content_block_start', `,"index":0,"content_block":{${block}}`), ...(content === 'arguments' ? [delta('{"a":"')] : []),
    ],
    delta,
    last: [
      ...(content === 'arguments' ? [delta('"}')] : []), event('content_block_stop', ',"index":0'),
      event('message_delta', `,"delta":{"stop_reason":"${content === 'arguments' ? 'tool_use' : 'end_turn'}","stop_sequence":null},"usage":{"output_tokens":15}`), event('message_stop', ''),
    ],
  }
}
