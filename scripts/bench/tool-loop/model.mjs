/**
 * An instant model server for the tool-loop bench, in a process of its own: every answer asks for one more call of `echo` until the run's steps are used up.
 * Speaks the three wires as their documents have them. Base address of a run: `/run/ID`; `wanted` steps per run come by message.
 * It reads no request as JSON: its own time must not grow with the conversation.
 */
import { createServer } from 'node:http'

const runs = new Map()
let sockets = 0
const TEXT = 'x'.repeat(80)

const server = createServer((request, response) => {
  const at = performance.now()
  const epoch = Date.now()
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const [, , id, ...rest] = request.url.split('?')[0].split('/')
    const run = runs.get(id)
    const path = rest.join('/')
    if (!run) return plain(response, 404, { error: { message: 'no such run', type: 'not_found' } })
    if (request.method === 'GET' && path.endsWith('models')) return plain(response, 200, MODELS)
    if (request.method !== 'POST') return plain(response, 404, { error: { message: 'not found', type: 'not_found' } })
    const body = Buffer.concat(chunks)
    const wire = path.endsWith('messages') ? 'messages' : path.endsWith('responses') ? 'responses' : path.endsWith('chat/completions') ? 'chat' : null
    if (wire === null) return plain(response, 404, { error: { message: 'not found', type: 'not_found' } })
    // A client's other requests (a title) name no echo tool; they are no steps.
    const isStep = run.calls.length > 0 || body.includes('echo"') || body.includes('echo`')
    if (!isStep) return speak[wire](response, request, null, 'ok', 0)
    run.calls.push({ at, epoch, bytes: body.length, socket: (request.socket.benchId ??= ++sockets) })
    const step = run.calls.length
    if (step > run.wanted) return speak[wire](response, request, null, 'Done.', step)
    return speak[wire](response, request, { name: run.tool, namespace: run.namespace, args: JSON.stringify({ text: `step ${step} of ${id} ${TEXT}` }) }, '', step)
  })
})

const MODELS = { object: 'list', data: [{ id: 'bench', object: 'model', created: 1, owned_by: 'bench', context_window: 1_000_000 }] }

const speak = {
  chat(response, _request, call, text, step) {
    const chunk = (delta, finish, more = {}) => `data: ${JSON.stringify({ id: `c${step}`, object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
    const asked = call ? { role: 'assistant', content: null, tool_calls: [{ index: 0, id: `call_${step}`, type: 'function', function: { name: call.name, arguments: call.args } }] } : { role: 'assistant', content: text }
    stream(response, chunk(asked, null) + chunk({}, call ? 'tool_calls' : 'stop') + `data: ${JSON.stringify({ id: `c${step}`, object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } })}\n\ndata: [DONE]\n\n`)
  },
  messages(response, _request, call, text, step) {
    const event = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
    const block = call ? { type: 'tool_use', id: `toolu_${step}`, name: call.name, input: {} } : { type: 'text', text: '' }
    const delta = call ? { type: 'input_json_delta', partial_json: call.args } : { type: 'text_delta', text }
    stream(response, event('message_start', { message: { id: `msg_${step}`, type: 'message', role: 'assistant', model: 'bench', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 100, output_tokens: 1 } } })
      + event('content_block_start', { index: 0, content_block: block }) + event('content_block_delta', { index: 0, delta }) + event('content_block_stop', { index: 0 })
      + event('message_delta', { delta: { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 10 } }) + event('message_stop', {}))
  },
  responses(response, _request, call, text, step) {
    const id = `resp_${step}`
    const item = call
      ? { type: 'function_call', id: `fc_${step}`, call_id: `call_${step}`, ...(call.namespace ? { namespace: call.namespace } : {}), name: call.name, arguments: call.args, status: 'completed' }
      : { type: 'message', id: `m_${step}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
    const events = [
      { type: 'response.created', response: { id, object: 'response', status: 'in_progress', model: 'bench', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id, object: 'response', status: 'completed', model: 'bench', output: [item], usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 } } },
    ]
    stream(response, events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))
  },
}

function stream(response, text) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }).end(text)
}
function plain(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', ({ start, id, wanted, tool, namespace }) => {
  if (start) runs.set(id, { wanted, tool, namespace, calls: [] })
  process.send(start ? { started: id } : { calls: runs.get(id)?.calls ?? [] })
  if (!start) runs.delete(id)
})
