/** The least MCP server over stdio: one tool, `echo`. No library, so that a client's own cost shows. */
let rest = ''
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) if (line.trim() !== '') answer(JSON.parse(line))
})
process.stdin.on('end', () => process.exit(0))

function answer({ id, method, params }) {
  if (id === undefined) return
  const result = {
    initialize: () => ({ protocolVersion: params?.protocolVersion ?? '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1.0.0' } }),
    'tools/list': () => ({ tools: [{ name: 'echo', description: 'Gives the text back.', inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }, annotations: { readOnlyHint: true, openWorldHint: false } }] }),
    'tools/call': () => ({ content: [{ type: 'text', text: `echo: ${params.arguments.text}` }] }),
    ping: () => ({}),
  }[method]
  const body = result ? { result: result() } : { error: { code: -32601, message: 'Method not found' } }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`)
}
