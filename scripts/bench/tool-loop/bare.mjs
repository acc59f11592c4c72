/** The bare loop to compare with: fetch, server-sent events, one MCP server by hand; keeps nothing, asks nobody. `bare.mjs BASE_URL SERVER`. */
import { spawn } from 'node:child_process'

const [base, script] = process.argv.slice(2)
const server = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'ignore'] })
const waiting = new Map()
let rest = ''
let next = 1
server.stdout.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) {
    const message = JSON.parse(line)
    waiting.get(message.id)?.(message.result)
    waiting.delete(message.id)
  }
})
const rpc = (method, params) => new Promise((resolve) => {
  const id = next++
  waiting.set(id, resolve)
  server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
})

await rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bare', version: '1' } })
server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
const { tools } = await rpc('tools/list', {})
const messages = [{ role: 'user', content: 'go' }]
for (;;) {
  const answer = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify({ model: 'bench', stream: true, messages, tools: tools.map(({ name, description, inputSchema }) => ({ type: 'function', function: { name, description, parameters: inputSchema } })) }),
  })
  let call = null
  let text = ''
  let open = ''
  const decoder = new TextDecoder()
  for await (const bytes of answer.body) {
    const events = (open + decoder.decode(bytes, { stream: true })).split('\n\n')
    open = events.pop()
    for (const event of events) {
      const data = event.slice('data: '.length)
      if (data === '[DONE]') continue
      const delta = JSON.parse(data).choices[0]?.delta
      if (delta?.tool_calls) call = delta.tool_calls[0]
      if (delta?.content) text += delta.content
    }
  }
  if (!call) break
  messages.push({ role: 'assistant', content: text || null, tool_calls: [{ id: call.id, type: 'function', function: call.function }] })
  const result = await rpc('tools/call', { name: call.function.name, arguments: JSON.parse(call.function.arguments) })
  messages.push({ role: 'tool', tool_call_id: call.id, content: result.content[0].text })
}
server.stdin.end()
