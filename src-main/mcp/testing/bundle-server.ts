/** The text of a small MCP server for bundles: one tool that greets whom `WHO` names, with its own arguments behind. Test code only. */
export function bundleServer(tool: string): string {
  return `
let rest = ''
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\\n')
  rest = lines.pop()
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line)
    if (id === undefined) continue
    const result = method === 'initialize' ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: '${tool}', version: '1' } }
      : method === 'tools/list' ? { tools: [{ name: '${tool}', description: 'Greets', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] }
      : { content: [{ type: 'text', text: ['hello', process.env.WHO, ...process.argv.slice(2)].join(' ') }] }
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n')
  }
})
process.stdin.on('end', () => process.exit(0))`
}
