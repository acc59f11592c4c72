/** Ten real MCP servers: each comes up, its tools go to all three wires, and one harmless call works where that needs no network. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatCompletionsBody } from '../../src-main/api/wires/chat-completions-request.ts'
import { messagesBody } from '../../src-main/api/wires/messages-request.ts'
import { responsesBody } from '../../src-main/api/wires/responses-request.ts'
import { createMcpHost } from '../../src-main/mcp/host.ts'
import type { McpHost } from '../../src-main/mcp/ports.ts'
import { createProcessTree } from '../../src-main/platform/node/process-tree.ts'
import { memoryStore } from '../../src-main/platform/node/secret-store.ts'

const packages = process.env['PORTICO_REAL_SERVERS'] ?? ''
const bin = (file: string): string => path.join(packages, 'node_modules', file)
/** Symbolic links (macOS's /tmp) would make a server refuse its own folder. */
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'portico-real-')))
const project = path.join(folder, 'project')
mkdirSync(project)

interface Real {
  name: string
  file: string
  args?: readonly string[]
  /** At least so many tools: what was measured when it was pinned. */
  tools: number
  call?: { tool: string; args: Record<string, unknown>; says: RegExp }
}
const SERVERS: readonly Real[] = [
  { name: 'everything', file: '@modelcontextprotocol/server-everything/dist/index.js', args: ['stdio'], tools: 12, call: { tool: 'echo', args: { message: 'hello' }, says: /hello/ } },
  { name: 'filesystem', file: '@modelcontextprotocol/server-filesystem/dist/index.js', args: [project], tools: 14, call: { tool: 'list_allowed_directories', args: {}, says: /project/ } },
  { name: 'memory', file: '@modelcontextprotocol/server-memory/dist/index.js', tools: 9, call: { tool: 'read_graph', args: {}, says: /entities/ } },
  {
    name: 'sequential-thinking', file: '@modelcontextprotocol/server-sequential-thinking/dist/index.js', tools: 1,
    call: { tool: 'sequentialthinking', args: { thought: 'first', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }, says: /thoughtNumber/ },
  },
  { name: 'github', file: '@modelcontextprotocol/server-github/dist/index.js', tools: 26 },
  { name: 'playwright', file: '@playwright/mcp/cli.js', args: ['--headless'], tools: 20 },
  { name: 'context7', file: '@upstash/context7-mcp/dist/index.js', tools: 2 },
  { name: 'notion', file: '@notionhq/notion-mcp-server/bin/cli.mjs', tools: 20 },
  { name: 'eslint', file: '@eslint/mcp/src/mcp-cli.js', tools: 1 },
  { name: 'chrome-devtools', file: 'chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js', tools: 25 },
]

let host: McpHost
const never = new AbortController().signal
beforeAll(async () => {
  let id = 0
  host = createMcpHost({
    clock: { now: Date.now }, log: { info() {}, warn() {}, error() {} }, secrets: memoryStore(), processes: createProcessTree(), clientVersion: '0.0.0', cwd: project,
    timers: { after: (ms, run) => { const timer = setTimeout(run, ms); return () => clearTimeout(timer) } },
    ids: { next: (prefix) => `${prefix}_${(id += 1)}` }, env: { ...process.env, HOME: folder }, path: () => Promise.resolve(process.env['PATH'] ?? ''),
    spillDir: path.join(folder, 'spill'), pidDir: path.join(folder, 'pids'), ownPid: process.pid, cores: 2,
  })
  await host.configure(SERVERS.map(({ name, file, args = [] }) => ({ id: name, name, command: process.execPath, args: [bin(file), ...args], envNames: [], enabled: true })))
  await host.tools(never)
})
afterAll(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What some model API would refuse: unions at the top, references to elsewhere or to nothing, a schema that is no object. */
function complaints(schema: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = []
  if (schema['type'] !== 'object' || typeof schema['properties'] !== 'object') found.push('no object')
  for (const key of ['anyOf', 'oneOf', 'allOf', '$schema']) if (key in schema) found.push(key)
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref' && typeof inner === 'string') found.push(inner)
        look(inner)
      }
    }
  }
  look(schema)
  return found
}

describe.each(SERVERS)('$name', ({ name, tools: least, call }) => {
  it('comes up, and its tools go to all three wires', async () => {
    const view = host.state().servers.find((server) => server.config.id === name)
    expect(view?.state.kind === 'failed' ? view.state.error : null).toBeNull()
    const tools = (await host.tools(never)).filter((tool) => tool.serverId === name)
    expect(tools.length).toBeGreaterThanOrEqual(least)
    expect(view?.state.kind === 'ready' ? view.state.dropped : 'not ready').toEqual([])
    const request = { model: 'm', system: '', messages: [], tools: tools.map((tool) => tool.definition), maxTokens: 100 }
    const sent = [
      (messagesBody(request).tools ?? []).map((tool) => [tool.name, tool.input_schema] as const),
      (chatCompletionsBody(request, 'max_tokens').tools ?? []).map((tool) => [tool.function.name, tool.function.parameters] as const),
      (responsesBody(request).tools ?? []).map((tool) => [tool.name, tool.parameters] as const),
    ]
    for (const wire of sent) {
      expect(wire).toHaveLength(tools.length)
      for (const [tool, schema] of wire) {
        expect(tool).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
        expect(complaints(schema), tool).toEqual([])
      }
    }
  })
  it.runIf(call !== undefined)('does what it is asked', async () => {
    if (call === undefined) return
    const outcome = await host.call({ serverId: name, toolName: call.tool, args: call.args, signal: never })
    expect(outcome).toMatchObject({ isError: false, text: expect.stringMatching(call.says) })
  })
})

it('leave no file in the project', () => {
  expect(readdirSync(project)).toEqual([])
})
