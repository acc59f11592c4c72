/** Resources and prompts of a real server, and of one that is odd. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { McpHost } from './ports.ts'
import { createTestHost, nodeServer } from './testing/test-host.ts'

const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const signal = new AbortController().signal
const EVERY = { ...nodeServer('everything', EVERYTHING, ['stdio']), id: 'e' }
let folder = ''
let host: McpHost
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-offers-'))
  host = createTestHost(folder)
})
afterEach(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

it('are listed, read and filled in', async () => {
  await host.configure([EVERY, { ...nodeServer('off', EVERYTHING), enabled: false }])
  const { resources, prompts } = await host.offers(signal)
  expect(resources.length).toBeGreaterThan(0)
  expect(resources.every(({ serverId, serverName, uri, name }) => serverId === 'e' && serverName === 'everything' && uri !== '' && name !== '')).toBe(true)
  const [first] = resources
  const read = await host.readResource({ serverId: 'e', uri: first?.uri ?? '', signal })
  expect(read).toMatchObject({ isError: false })
  expect(read.text.length).toBeGreaterThan(0)
  const asks = prompts.find((prompt) => prompt.arguments.some(({ required }) => required))
  if (!asks) throw new Error('the server has no prompt with arguments any more')
  const values = Object.fromEntries(asks.arguments.map(({ name }) => [name, 'Berlin']))
  expect(await host.prompt({ serverId: 'e', name: asks.name, args: values, signal })).toContain('Berlin')
})
it('that are not there are errors, and no reason to fall over', async () => {
  await host.configure([EVERY])
  expect(await host.readResource({ serverId: 'e', uri: 'none://such', signal })).toMatchObject({ isError: true })
  expect(await host.readResource({ serverId: 'x', uri: 'none://such', signal })).toMatchObject({ isError: true })
  await expect(host.prompt({ serverId: 'e', name: 'no-such-prompt', args: {}, signal })).rejects.toMatchObject({ code: 'mcp.call-failed' })
})
