/** The host against the real npm servers over real stdio. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { McpHost } from './ports.ts'
import { createTestHost, never, nodeServer } from './testing/test-host.ts'

const modules = createRequire(import.meta.url)
const bin = (name: string): string => path.join(path.dirname(modules.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js')

let folder: string
let host: McpHost
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-host-'))
  host = createTestHost(folder)
})
afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the host with real servers', () => {
  it('starts nothing by itself, then gives all tools and counts calls', async () => {
    const files = path.join(folder, 'files')
    await mkdir(files)
    await writeFile(path.join(files, 'a.txt'), 'hello from disk\n')
    await host.configure([nodeServer('files', bin('server-filesystem'), [files]), nodeServer('everything', bin('server-everything'))])
    expect(host.state().totals).toEqual({ servers: 0, tools: 0, calls: 0 })
    expect(host.state().servers.map((server) => server.state.kind)).toEqual(['idle', 'idle'])

    const tools = await host.tools(never)
    const state = host.state()
    expect(state.servers.map((server) => [server.config.name, server.state.kind, server.noiseLines])).toEqual([['files', 'ready', 0], ['everything', 'ready', 0]])
    expect(tools).toHaveLength(state.totals.tools)
    expect(state.totals).toMatchObject({ servers: 2, calls: 0 })
    expect(tools.length).toBeGreaterThanOrEqual(25)
    for (const tool of tools) {
      expect(tool.definition.name).toMatch(/^mcp__[a-z]+__[A-Za-z0-9_-]+$/)
      expect(tool.definition.inputSchema['type']).toBe('object')
    }
    expect(tools.find((tool) => tool.toolName === 'read_text_file')?.risk).toBe('read')
    expect(tools.find((tool) => tool.toolName === 'write_file')?.risk).toBe('unknown')

    const read = await host.call({ serverId: 'id-files', toolName: 'read_text_file', args: { path: path.join(files, 'a.txt') }, signal: never })
    expect(read).toMatchObject({ text: 'hello from disk\n', isError: false, bytes: 16, spilledTo: null })
    const wrote = await host.call({ serverId: 'id-files', toolName: 'write_file', args: { path: path.join(files, 'b.txt'), content: 'new' }, signal: never })
    expect(wrote.isError).toBe(false)
    expect(await readFile(path.join(files, 'b.txt'), 'utf8')).toBe('new')
    const sum = await host.call({ serverId: 'id-everything', toolName: 'get-sum', args: { a: 2, b: 3 }, signal: never })
    expect(sum.text).toContain('5')
    expect(host.state().totals.calls).toBe(3)

    const refused = await host.call({ serverId: 'id-files', toolName: 'read_text_file', args: { path: '/etc/passwd' }, signal: never })
    expect(refused.isError).toBe(true)
    const image = await host.call({ serverId: 'id-everything', toolName: 'get-tiny-image', args: {}, signal: never })
    expect(image.images).toHaveLength(1)
    expect(image.images[0]?.mimeType).toBe('image/png')
    const structured = await host.call({ serverId: 'id-everything', toolName: 'get-structured-content', args: { location: 'Chicago' }, signal: never })
    expect(structured.text.match(/temperature/g)).toHaveLength(1)
  })

  it('carries large contents there and back, and waits while there is progress', async () => {
    const files = path.join(folder, 'files')
    await mkdir(files)
    host = createTestHost(folder, { limits: { idleMs: 900 } })
    await host.configure([nodeServer('files', bin('server-filesystem'), [files]), nodeServer('everything', bin('server-everything'))])
    await host.tools(never)
    const content = 'häuser\n'.repeat(400_000)
    const target = path.join(files, 'large.txt')
    expect((await host.call({ serverId: 'id-files', toolName: 'write_file', args: { path: target, content }, signal: never })).isError).toBe(false)
    const read = await host.call({ serverId: 'id-files', toolName: 'read_text_file', args: { path: target }, signal: never })
    expect(read.bytes).toBe(Buffer.byteLength(content))
    expect(read.text.length).toBeLessThan(52_000)
    expect(await readFile(read.spilledTo ?? '', 'utf8')).toBe(content)
    const long = await host.call({ serverId: 'id-everything', toolName: 'trigger-long-running-operation', args: { duration: 2, steps: 5 }, signal: never })
    expect(long).toMatchObject({ isError: false, text: expect.stringContaining('completed') })
  })
  it('says what a server prints on stderr and stops it on request', async () => {
    await host.configure([nodeServer('everything', bin('server-everything'))])
    await host.start('id-everything')
    expect(host.state().servers[0]?.state.kind).toBe('ready')
    await host.stop('id-everything')
    expect(host.state().servers[0]?.state.kind).toBe('idle')
    expect(host.state().totals).toMatchObject({ servers: 0, tools: 0 })
  })
})
