/** The same real MCP server twice: once behind the bare SDK client, once behind Portico's host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { createMcpHost } from '../../src-main/mcp/host.ts'
import type { McpHost } from '../../src-main/mcp/ports.ts'
import { createProcessTree } from '../../src-main/platform/node/process-tree.ts'

const MESSAGE = { message: 'hello from the bench' }

/** Milliseconds until a host has the tools of these servers, two at a time as on two cores; the processes are gone when it resolves. */
export async function measureReady(servers: readonly { name: string; script: string; args: readonly string[] }[]): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-ready-'))
  const host = hostIn(folder)
  try {
    await host.configure(servers.map(({ name, script, args }) => ({ id: name, name, command: process.execPath, args: [script, ...args], envNames: [], enabled: true })))
    const started = performance.now()
    await host.tools(new AbortController().signal)
    const ms = performance.now() - started
    const ready = host.state().totals.servers
    if (ready !== servers.length) throw new Error(`${ready} of ${servers.length} servers came up`)
    return ms
  } finally {
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `sdk()` and `host()` each make one `echo` call. */
export async function openPair(server: string): Promise<{ sdk(): Promise<void>; host(): Promise<void>; close(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-mcp-'))
  const client = new Client({ name: 'bench', version: '1.0.0' })
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [server], stderr: 'ignore' }))
  const host = hostIn(folder)
  const signal = new AbortController().signal
  await host.configure([{ id: 'everything', name: 'everything', command: process.execPath, args: [server], envNames: [], enabled: true }])
  await host.start('everything')
  return {
    sdk: async () => {
      const answer = await client.callTool({ name: 'echo', arguments: MESSAGE })
      if (answer.isError) throw new Error('the bare SDK call failed')
    },
    host: async () => {
      const outcome = await host.call({ serverId: 'everything', toolName: 'echo', args: MESSAGE, signal })
      if (outcome.isError) throw new Error(`the host's call failed: ${outcome.text}`)
    },
    close: async () => {
      await client.close()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function hostIn(folder: string): McpHost {
  const timers = {
    after: (ms: number, run: () => void): (() => void) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
  const quiet = (): void => undefined
  return createMcpHost({
    clock: { now: () => Date.now() },
    timers,
    ids: { next: (prefix) => `${prefix}_${Math.random().toString(36).slice(2)}` },
    log: { info: quiet, warn: quiet, error: quiet },
    secrets: { kind: 'memory', backend: 'none', get: async () => null, set: async () => undefined, delete: async () => undefined },
    processes: createProcessTree(),
    clientVersion: '0.0.0',
    cwd: folder,
    env: process.env,
    path: async () => process.env['PATH'] ?? '',
    spillDir: path.join(folder, 'results'),
    pidDir: path.join(folder, 'pids'),
    ownPid: process.pid,
    cores: 2,
  })
}
