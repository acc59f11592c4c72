/** Remote servers over real HTTP: sessions, headers, sign-in by a browser that is a fetch, questions to the person, and what goes wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretName } from './child-env.ts'
import type { ElicitRequest } from './connection.ts'
import type { McpHostDeps } from './host.ts'
import type { McpHost } from './ports.ts'
import { startRemoteServer, type RemoteServer } from './testing/remote-server.ts'
import { memorySecrets, never } from './testing/test-host.ts'
import { reached, useHosts } from './testing/test-rig.ts'

const { newHost } = useHosts()
let remote: RemoteServer
let secrets: ReturnType<typeof memorySecrets>
beforeEach(async () => {
  remote = await startRemoteServer()
  secrets = memorySecrets()
})
afterEach(() => remote.close())

async function hostFor(more: Partial<McpHostDeps> = {}, envNames: string[] = []): Promise<McpHost> {
  const host = newHost({ secrets, more })
  await host.configure([{ id: 's', name: 'Remote', command: remote.url, args: [], envNames, enabled: true }])
  return host
}
const call = (host: McpHost, text: string) => host.call({ serverId: 's', toolName: 'echo', args: { text }, signal: never })
/** A browser that follows where it is sent. */
const browser = async (page: string): Promise<void> => void (await (await fetch(page)).text())
const stateOf = (host: McpHost) => host.state().servers[0]?.state

describe('a remote server', () => {
  it('is listed, called, and told goodbye', async () => {
    const host = await hostFor()
    await host.start('s')
    expect((await host.tools(never)).map((tool) => tool.definition.name)).toEqual(['mcp__Remote__echo'])
    expect(await call(host, 'hello')).toMatchObject({ text: 'hello', isError: false })
    expect(remote.sessions.size).toBe(1)
    await host.stop('s')
    await expect.poll(() => remote.sessions.size).toBe(0)
  })
  it('gets its headers, which no other address does', async () => {
    await secrets.set(secretName('s', 'X-Api-Key'), 'sk-1')
    remote.tokens = new Set()
    const host = await hostFor({ openPage: browser }, ['X-Api-Key'])
    await host.start('s')
    const [own, others] = [remote.asked.filter(({ what }) => what.endsWith(' /mcp')), remote.asked.filter(({ what }) => !what.endsWith(' /mcp'))]
    expect(own.every(({ headers }) => headers['x-api-key'] === 'sk-1')).toBe(true)
    expect(others.length).toBeGreaterThan(3)
    expect(others.some(({ headers }) => headers['x-api-key'] !== undefined)).toBe(false)
  })
  it('that ends the session is asked for a new one with the next call', async () => {
    const host = await hostFor()
    await host.start('s')
    remote.sessions.clear()
    expect(await call(host, 'lost')).toMatchObject({ isError: true, text: expect.stringContaining('ended the session') })
    expect(await call(host, 'again')).toMatchObject({ text: 'again', isError: false })
  })
  it('that is not there, or is something else, is said', async () => {
    const host = await hostFor()
    await remote.close()
    await expect(host.start('s')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { reason: expect.stringMatching(/^Nothing answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.$/) } })
    const other = await startRemoteServer()
    await host.configure([{ id: 's', name: 'Remote', command: other.url.replace('/mcp', '/nothing'), args: [], envNames: [], enabled: true }])
    await expect(host.start('s')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { reason: expect.stringContaining('status 404') } })
    await other.close()
  })
  it('cannot fill the memory with one message', async () => {
    remote.onCall = (response, id) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let part = 0; part < 100; part += 1) response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(50_000) } })}\n\n`)
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'y'.repeat(2_000_000) }] } })}\n\n`)
    }
    const host = newHost({ secrets, limits: { maxMessageBytes: 1_000_000, idleMs: 3_000 } })
    await host.configure([{ id: 's', name: 'Remote', command: remote.url, args: [], envNames: [], enabled: true }])
    await host.start('s')
    expect(await call(host, 'x')).toMatchObject({ isError: true, text: expect.stringContaining('sent too much') })
  })
})

describe('the sign-in', () => {
  it('opens the page, waits, and is kept for the next start, when no page is needed', async () => {
    remote.tokens = new Set()
    const pages: string[] = []
    const host = await hostFor({ openPage: async (page) => (pages.push(page), browser(page)) })
    const waited = reached(host, (state) => state.servers[0]?.state.kind === 'starting' && state.servers[0].state.note === 'sign-in')
    await host.start('s')
    await waited
    expect(await call(host, 'hello')).toMatchObject({ text: 'hello' })
    expect([pages.length, remote.registered.length]).toEqual([1, 1])
    expect([...secrets.values.keys()].every((name) => name.startsWith('mcp/s/sign-in'))).toBe(true)
    await host.close()

    const again = await hostFor()
    expect((await again.tools(never)).length).toBe(1)
    expect(pages.length).toBe(1)
    // The token ran out: it is renewed without a person.
    remote.tokens.clear()
    expect(await call(again, 'renewed')).toMatchObject({ text: 'renewed', isError: false })
    await again.signOut('s')
    expect(secrets.values.size).toBe(0)
  })
  it('is only asked of a person who started the server', async () => {
    remote.tokens = new Set()
    const host = await hostFor({ openPage: () => Promise.reject(new Error('a turn must open no page')) })
    expect(await host.tools(never)).toEqual([])
    expect(stateOf(host)).toMatchObject({ kind: 'failed', error: { code: 'mcp.sign-in-needed' } })
  })
  it('that the person refuses, or does not finish, is said', async () => {
    remote.tokens = new Set()
    remote.consent = 'refuse'
    const host = await hostFor({ openPage: browser })
    await expect(host.start('s')).rejects.toMatchObject({ code: 'mcp.sign-in-needed', fields: { reason: 'the sign-in was refused' } })
    const slow = await hostFor({ openPage: () => Promise.resolve() })
    const started = slow.start('s').catch((error: unknown) => error)
    await reached(slow, (state) => state.servers[0]?.state.kind === 'starting' && state.servers[0].state.note === 'sign-in')
    await slow.stop('s')
    expect(await started).toMatchObject({ code: expect.stringMatching(/^(mcp|tool)\./) })
    expect(stateOf(slow)).toEqual({ kind: 'idle' })
  })
  it('takes no page of another scheme', async () => {
    remote.tokens = new Set()
    const pages: string[] = []
    const host = newHost({ secrets, more: { openPage: async (page) => void pages.push(page) } })
    const original = remote.url
    // The service names a program instead of a page.
    await host.configure([{ id: 's', name: 'Remote', command: original, args: [], envNames: [], enabled: true }])
    remote.authorizeUrl = 'ms-settings:anything'
    await expect(host.start('s')).rejects.toMatchObject({ code: expect.stringMatching(/^mcp\./) })
    expect(pages).toEqual([])
  })
})

describe('a question to the person', () => {
  const ask = (id: unknown) => (response: import('node:http').ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const question = { jsonrpc: '2.0', id: 'q1', method: 'elicitation/create', params: { message: 'Which one?', requestedSchema: { type: 'object', properties: { which: { type: 'string', default: 'b' } } } } }
    response.write(`data: ${JSON.stringify(question)}\n\n`)
    const timer = setInterval(() => {
      if (remote.answers.length === 0) return
      clearInterval(timer)
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: JSON.stringify(remote.answers[0]) }] } })}\n\n`)
    }, 20)
  }
  it('is answered while the call waits, however long the person takes', async () => {
    remote.onCall = (response, id) => ask(id)(response)
    const asked: ElicitRequest[] = []
    const host = newHost({
      secrets, limits: { idleMs: 300 },
      more: {
        elicit: () => async (request) => {
          asked.push(request)
          await new Promise((resolve) => setTimeout(resolve, 900))
          return { action: 'accept', content: {} }
        },
      },
    })
    await host.configure([{ id: 's', name: 'Remote', command: remote.url, args: [], envNames: [], enabled: true }])
    await host.start('s')
    expect(await call(host, 'x')).toMatchObject({ isError: false, text: '{"action":"accept","content":{"which":"b"}}' })
    expect(asked).toMatchObject([{ mode: 'form', message: 'Which one?' }])
  })
  it('that nobody can answer is refused at once', async () => {
    remote.onCall = (response, id) => ask(id)(response)
    const host = await hostFor()
    await host.start('s')
    expect(await call(host, 'x')).toMatchObject({ isError: false, text: expect.stringContaining('"code":') })
  })
})
