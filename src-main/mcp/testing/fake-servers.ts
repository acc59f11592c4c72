/** Small MCP servers written by hand for the tests, each with one bad habit. They speak raw JSON-RPC over stdio, without any SDK. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** Reads requests line by line; `answer`, `fail` and `send` write. `onCall(id, name, args, meta)` is given by the habit. */
const PRELUDE = `
const tools = [{ name: 'echo', description: 'says it back', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }]
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const answer = (id, result) => send({ id, result })
const text = (id, value) => answer(id, { content: [{ type: 'text', text: value }] })
const fail = (id, code, message) => send({ id, error: { code, message } })
let onInitialize = (id) => answer(id, { protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'fake', version: '1' } })
let onList = (id) => answer(id, { tools })
let onCall = (id, name, args) => text(id, String(args.text ?? ''))
let onCancelled = () => {}
let buffer = ''
process.stdin.on('data', (chunk) => {
  buffer += chunk
  for (let at = buffer.indexOf('\\n'); at >= 0; at = buffer.indexOf('\\n')) {
    const message = JSON.parse(buffer.slice(0, at))
    buffer = buffer.slice(at + 1)
    if (message.method === 'initialize') onInitialize(message.id)
    else if (message.method === 'tools/list') onList(message.id, message.params ?? {})
    else if (message.method === 'tools/call') onCall(message.id, message.params.name, message.params.arguments, message.params._meta ?? {})
    else if (message.method === 'notifications/cancelled') onCancelled(message.params)
  }
})
process.stdin.on('end', () => process.exit(0))
`

export interface FakeFolder {
  path: string
  /** Writes a server with the given habit (CommonJS after the prelude) and returns its file. */
  server(name: string, habit: string): Promise<string>
  remove(): Promise<void>
}

export async function createFakeFolder(): Promise<FakeFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'portico-mcp-'))
  return {
    path: folder,
    async server(name, habit) {
      const file = path.join(folder, `${name}.cjs`)
      await writeFile(file, PRELUDE + habit)
      return file
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
