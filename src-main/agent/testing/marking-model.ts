/** A model over HTTP on this machine that speaks all three wires: for `STEPS` steps it says a few words and asks for two calls, then it is done. Test code only. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const STEPS = 6
/** What it says in a step, piece by piece. */
export const piecesOf = (step: number): string[] => Array.from({ length: 12 }, (_one, index) => `step${step}-word${index} `)
export const textOf = (step: number): string => piecesOf(step).join('')

interface Call {
  id: string
  name: string
  args: string
}

export interface MarkingModel {
  url: string
  /** The bodies it was sent, as text, in order. */
  asked: string[]
  /** When the newest answer was over, as `performance.now()`. */
  readonly answeredAt: number
  close(): Promise<void>
}

export async function startMarkingModel(): Promise<MarkingModel> {
  const asked: string[] = []
  let answeredAt = 0
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      asked.push(body)
      // The next step is the one after the last that it can see it asked for.
      const marks = [...body.matchAll(/mark-(\d+)/g)].map((match) => Number(match[1]))
      const step = Math.max(-1, ...marks) + 1
      const calls: Call[] = step < STEPS ? [
        { id: `call_${step}_a`, name: 'mcp__log__mark', args: JSON.stringify({ tag: `mark-${step}` }) },
        { id: `call_${step}_b`, name: 'write', args: JSON.stringify({ path: `file${step}.txt`, content: `of step ${step}\n` }) },
      ] : []
      void answer(request.url ?? '', response, step, calls).then(() => { answeredAt = performance.now() })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    get answeredAt() { return answeredAt },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function answer(url: string, response: ServerResponse, step: number, calls: readonly Call[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = async (name: string | null, data: unknown): Promise<void> => {
    if (!response.writable) return
    response.write(`${name === null ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const id = `resp_${step}`
  if (url.startsWith('/v1/messages')) {
    const typed = (data: { type: string; [key: string]: unknown }): Promise<void> => send(data.type, data)
    await typed({ type: 'message_start', message: { id, type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } } })
    await typed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
    for (const text of piecesOf(step)) await typed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
    await typed({ type: 'content_block_stop', index: 0 })
    for (const [place, call] of calls.entries()) {
      await typed({ type: 'content_block_start', index: place + 1, content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} } })
      await typed({ type: 'content_block_delta', index: place + 1, delta: { type: 'input_json_delta', partial_json: call.args } })
      await typed({ type: 'content_block_stop', index: place + 1 })
    }
    await typed({ type: 'message_delta', delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn' }, usage: { output_tokens: 20 } })
    await typed({ type: 'message_stop' })
  } else if (url.startsWith('/v1/chat/completions')) {
    const chunk = (delta: unknown, reason: string | null = null): Promise<void> => send(null, { id, object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] })
    for (const content of piecesOf(step)) await chunk({ content })
    for (const [index, call] of calls.entries()) await chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: call.args } }] })
    await chunk({}, calls.length > 0 ? 'tool_calls' : 'stop')
    await send(null, { id, object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 } })
    await send(null, '[DONE]')
  } else {
    const typed = (data: { type: string; [key: string]: unknown }): Promise<void> => send(data.type, data)
    await typed({ type: 'response.created', response: { id, object: 'response', model: 'm', status: 'in_progress', output: [] } })
    for (const delta of piecesOf(step)) await typed({ type: 'response.output_text.delta', item_id: `msg_${step}`, output_index: 0, content_index: 0, delta })
    const output = calls.map((call) => ({ type: 'function_call', id: `fc_${call.id}`, call_id: call.id, name: call.name, arguments: call.args, status: 'completed' }))
    for (const [index, item] of output.entries()) await typed({ type: 'response.output_item.done', output_index: index + 1, item })
    await typed({
      type: 'response.completed',
      response: { id, object: 'response', model: 'm', status: 'completed', output: [{ type: 'message', id: `msg_${step}`, role: 'assistant', content: [{ type: 'output_text', text: textOf(step) }] }, ...output], usage: { input_tokens: 10, output_tokens: 20, total_tokens: 30 } },
    })
  }
  response.end()
}
