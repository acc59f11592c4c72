/** How fast streamed answers go from one wire to another: bytes of the upstream's events a second, in the pieces that sockets deliver. One thread, warm. */
import type { AnswerHead, Codec } from '../../../src-gateway/translate/codec.ts'
import { chatCodec } from '../../../src-gateway/translate/chat/codec.ts'
import { messagesCodec } from '../../../src-gateway/translate/messages/codec.ts'
import { responsesCodec } from '../../../src-gateway/translate/responses/codec.ts'
import { createToolNames } from '../../../src-gateway/translate/tool-names.ts'

const CODECS: Readonly<Record<string, Codec>> = { chat: chatCodec, messages: messagesCodec, responses: responsesCodec }
const REQUEST = {
  model: 'bench', stream: true, messages: [{ role: 'user', content: 'Go.' }],
  tools: [{ type: 'function', function: { name: 'write_file', description: 'Writes', parameters: { type: 'object', properties: { path: { type: 'string' }, text: { type: 'string' } } } } }],
}
/** What a socket read gives at most. */
const PIECE = 65_536
const BYTES = 8_000_000
const ROUNDS = 5

export function measureTranslation(): { from: string; to: string; megabytesPerSecond: number }[] {
  const turn = chatCodec.readRequest(REQUEST)
  const names = createToolNames(turn)
  const head: AnswerHead = { responseId: 'resp_bench', model: 'bench', createdAt: 1_700_000_000_000, turn, inputTokens: 12 }
  return Object.entries(CODECS).flatMap(([from, source]) => {
    const stream = streamOf(from)
    const pieces = Array.from({ length: Math.ceil(stream.length / PIECE) }, (_, at) => stream.slice(at * PIECE, (at + 1) * PIECE))
    return Object.entries(CODECS).filter(([to]) => to !== from).map(([to, target]) => {
      const once = (): number => {
        const reader = source.answerReader(names)
        const writer = target.answerWriter(head, { includeUsage: true })
        let written = 0
        const started = performance.now()
        for (const piece of pieces) written += writer.write(reader.push(piece)).length
        written += writer.write(reader.end()).length
        const ms = performance.now() - started
        if (written < stream.length / 10) throw new Error(`${from} → ${to} lost the answer: ${written} of ${stream.length} bytes`)
        return stream.length / ms / 1000
      }
      const speeds = Array.from({ length: ROUNDS + 2 }, once).slice(2).sort((a, b) => a - b)
      return { from, to, megabytesPerSecond: speeds[Math.floor(speeds.length / 2)] ?? Number.NaN }
    })
  })
}

/** A long answer as each provider streams it: text, then the arguments of a tool call, some 40 characters an event. */
function streamOf(wire: string): string {
  const text = 'the quick brown fox jumps over the lazy “dog” \n'
  const part = '{\\"path\\":\\"src/a.ts\\",\\"text\\":\\"const a = 1\\"'.slice(0, 40)
  const lines = WIRES[wire]
  if (!lines) throw new Error(`no stream for ${wire}`)
  const delta = lines.text(JSON.stringify(text))
  const argument = lines.argument(JSON.stringify(JSON.parse(`"${part.replace(/\\$/, '')}"`)))
  const count = Math.floor(BYTES / 2 / delta.length)
  const more = Math.floor(BYTES / 2 / argument.length)
  return [lines.begin, delta.repeat(count), lines.between, argument.repeat(more), lines.end].join('')
}

interface Lines {
  begin: string
  text(json: string): string
  between: string
  argument(json: string): string
  end: string
}
const chat = (choice: string): string => `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[${choice}]}\n\n`
const named = (type: string, rest: string): string => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`
const WIRES: Readonly<Record<string, Lines>> = {
  chat: {
    begin: chat('{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}'),
    text: (json) => chat(`{"index":0,"delta":{"content":${json}},"finish_reason":null}`),
    between: chat('{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"write_file","arguments":""}}]},"finish_reason":null}'),
    argument: (json) => chat(`{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":${json}}}]},"finish_reason":null}`),
    end: `${chat('{"index":0,"delta":{},"finish_reason":"tool_calls"}')}data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}\n\ndata: [DONE]\n\n`,
  },
  messages: {
    begin: named('message_start', ',"message":{"id":"msg_1","type":"message","role":"assistant","model":"bench","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}') + named('content_block_start', ',"index":0,"content_block":{"type":"text","text":""}'),
    text: (json) => named('content_block_delta', `,"index":0,"delta":{"type":"text_delta","text":${json}}`),
    between: named('content_block_stop', ',"index":0') + named('content_block_start', ',"index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"write_file","input":{}}'),
    argument: (json) => named('content_block_delta', `,"index":1,"delta":{"type":"input_json_delta","partial_json":${json}}`),
    end: named('content_block_stop', ',"index":1') + named('message_delta', ',"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":34}') + named('message_stop', ''),
  },
  responses: {
    begin: named('response.created', ',"sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"in_progress","model":"bench","output":[]}') +
      named('response.output_item.added', ',"sequence_number":1,"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}') +
      named('response.content_part.added', ',"sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}'),
    text: (json) => named('response.output_text.delta', `,"sequence_number":3,"item_id":"msg_1","output_index":0,"content_index":0,"delta":${json}`),
    between: named('response.output_item.added', ',"sequence_number":4,"output_index":1,"item":{"id":"fc_1","type":"function_call","status":"in_progress","name":"write_file","call_id":"call_1","arguments":""}'),
    argument: (json) => named('response.function_call_arguments.delta', `,"sequence_number":5,"item_id":"fc_1","output_index":1,"delta":${json}`),
    end: named('response.completed', ',"sequence_number":9,"response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"bench","output":[],"usage":{"input_tokens":12,"output_tokens":34,"total_tokens":46}}'),
  },
}
