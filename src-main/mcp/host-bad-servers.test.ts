/** The host against servers that do not start, make noise, lie, die or send too much, over real stdio. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { memorySecrets, never, nodeServer } from './testing/test-host.ts'
import { isAlive, reached, useHosts } from './testing/test-rig.ts'

const { fakes, newHost } = useHosts()

describe('a server that does not come up', () => {
  it('is failed with its last output when the command ends', async () => {
    const host = newHost()
    await host.configure([nodeServer('dead', await fakes().server('dead', "console.error('no API key given'); process.exit(3)"))])
    await expect(host.start('id-dead')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { server: 'dead', reason: expect.stringMatching(/exit code 3.*no API key given/) } })
    expect(host.state().servers[0]?.state.kind).toBe('failed')
    expect(host.state().servers[0]?.stderrTail).toEqual(['no API key given'])
    expect(await host.tools(never)).toEqual([])
  })
  it('is failed with the line that names the error, not with the end of a stack trace', async () => {
    const host = newHost()
    await host.configure([nodeServer('broken', await fakes().server('broken', "require('portico-no-such-package')"))])
    await expect(host.start('id-broken')).rejects.toMatchObject({ fields: { reason: expect.stringMatching(/It said: “Error: Cannot find module 'portico-no-such-package'”\.$/) } })
  })
  it('says so when there is no such program', async () => {
    const host = newHost()
    await host.configure([{ id: 'x', name: 'ghost', command: 'portico-no-such-program', args: [], envNames: [], enabled: true }])
    await expect(host.start('x')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { reason: expect.stringContaining('portico-no-such-program') } })
  })
  it('is given up after the start time and its process is gone', async () => {
    const pidFile = path.join(fakes().path, 'pid')
    // The start time is over when the test says so: once the process is surely there.
    const alarms = new Map<number, () => void>()
    const after = (ms: number, run: () => void): (() => void) => {
      alarms.set(ms, run)
      return () => undefined
    }
    const host = newHost({ timers: { after } })
    await host.configure([nodeServer('hang', await fakes().server('hang', `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); onInitialize = () => {}`))])
    const starting = host.start('id-hang')
    const failed = expect(starting).rejects.toMatchObject({ code: 'mcp.start-timeout', retryable: true, fields: { seconds: 30 } })
    expect(host.state().servers[0]?.state.kind).toBe('starting')
    await vi.waitFor(async () => expect(await readFile(pidFile, 'utf8')).toMatch(/^\d+$/), { timeout: 15_000 })
    alarms.get(30_000)?.()
    await failed
    expect(await isAlive(Number(await readFile(pidFile, 'utf8')))).toBe(false)
  })
  it('says when it speaks another version, or refuses', async () => {
    const host = newHost()
    await host.configure([
      nodeServer('modern', await fakes().server('modern', "onInitialize = (id) => fail(id, -32601, 'Method not found')")),
      nodeServer('rude', await fakes().server('rude', "onInitialize = (id) => fail(id, -32000, 'no licence')")),
    ])
    await expect(host.start('id-modern')).rejects.toMatchObject({ fields: { reason: expect.stringContaining('another version of MCP') } })
    await expect(host.start('id-rude')).rejects.toMatchObject({ fields: { reason: expect.stringContaining('no licence') } })
  })
  it('does not start while switched off, and an unknown one is named', async () => {
    const host = newHost()
    await host.configure([{ ...nodeServer('off', '/nowhere'), enabled: false }])
    expect(host.state().servers[0]?.state).toEqual({ kind: 'off' })
    await expect(host.start('id-off')).rejects.toMatchObject({ code: 'mcp.start-failed' })
    expect(await host.tools(never)).toEqual([])
    expect((await host.call({ serverId: 'nobody', toolName: 't', args: {}, signal: never })).isError).toBe(true)
  })
  it('is failed when a declared variable has no value', async () => {
    const host = newHost()
    await host.configure([{ ...nodeServer('env', '/nowhere'), envNames: ['API_KEY'] }])
    await expect(host.start('id-env')).rejects.toMatchObject({ fields: { reason: expect.stringContaining('API_KEY') } })
  })
})

describe('a noisy server', () => {
  it('works; its noise is counted and its secrets stay out of the window', async () => {
    const habit = `
      console.log('Loading…'); console.log('{"not":"rpc"}')
      console.error('key is ' + process.env.API_KEY)
      onCall = (id) => { console.log('WARN something'); text(id, JSON.stringify([process.env.API_KEY, Object.keys(process.env).filter((name) => name === 'SECRET_OF_PORTICO')])) }`
    process.env['SECRET_OF_PORTICO'] = 'must not be passed on'
    const host = newHost({ secrets: memorySecrets({ 'mcp/id-noisy/API_KEY': 'sk-very-secret' }) })
    await host.configure([{ ...nodeServer('noisy', await fakes().server('noisy', habit)), envNames: ['API_KEY'] }])
    expect(await host.tools(never)).toHaveLength(1)
    const outcome = await host.call({ serverId: 'id-noisy', toolName: 'echo', args: {}, signal: never })
    delete process.env['SECRET_OF_PORTICO']
    expect(JSON.parse(outcome.text)).toEqual(['sk-very-secret', []])
    expect(host.state().servers[0]?.noiseLines).toBe(3)
    // Error output comes over another pipe than the answer.
    const { servers: [server] } = await reached(host, (state) => state.servers[0]?.stderrTail.length === 4)
    expect(server?.stderrTail.toSorted()).toEqual(['[stdout] Loading…', '[stdout] WARN something', '[stdout] {"not":"rpc"}', 'key is ••••'].toSorted())
    expect(JSON.stringify(host.state())).not.toContain('sk-very-secret')
  })
  it('cannot show its secrets in an error either', async () => {
    const host = newHost({ secrets: memorySecrets({ 'mcp/id-leaky/API_KEY': 'sk-very-secret' }) })
    const habit = "onCall = (id) => fail(id, -32000, 'bad key ' + process.env.API_KEY); if (process.argv[2]) onInitialize = (id) => fail(id, -1, process.env.API_KEY)"
    const spec = { ...nodeServer('leaky', await fakes().server('leaky', habit)), envNames: ['API_KEY'] }
    await host.configure([spec])
    expect((await host.call({ serverId: 'id-leaky', toolName: 'echo', args: {}, signal: never })).text).toContain('bad key ••••')
    await host.configure([{ ...spec, args: [...spec.args, 'refuse'] }])
    await expect(host.start('id-leaky')).rejects.toMatchObject({ fields: { reason: 'It refused to start: ••••.' } })
    expect(JSON.stringify(host.state())).not.toContain('sk-very-secret')
  })
})

describe('malformed tools', () => {
  it('drop only themselves, over several pages, and a cursor that comes back ends the list', async () => {
    const habit = `
      const good = (name) => ({ name, inputSchema: { type: 'object' } })
      const pages = { first: [good('one'), { name: 'no-schema' }, { inputSchema: {} }, 'text'], p2: [good('two'), { name: 'array', inputSchema: { type: 'array' } }, good('one')] }
      onList = (id, params) => answer(id, { tools: pages[params.cursor ?? 'first'], nextCursor: 'p2' })`
    const host = newHost()
    await host.configure([nodeServer('odd', await fakes().server('odd', habit))])
    const tools = await host.tools(never)
    expect(tools.map((tool) => tool.toolName)).toEqual(['one', 'two'])
    const state = host.state().servers[0]?.state
    expect(state?.kind === 'ready' && state.dropped.map((drop) => drop.name)).toEqual(['no-schema', 'tool 3', 'tool 4', 'array', 'one'])
  })
})

describe('a server that dies', () => {
  it('fails the call at once with its last words, and comes back with the next call', async () => {
    const habit = `onCall = (id, name, args) => { if (args.die) { console.error('out of memory'); process.exit(7) } text(id, 'alive ' + process.pid) }`
    const host = newHost()
    await host.configure([nodeServer('mortal', await fakes().server('mortal', habit))])
    await host.start('id-mortal')
    const others = [1, 2].map(() => host.call({ serverId: 'id-mortal', toolName: 'echo', args: { die: true }, signal: never }))
    for (const outcome of await Promise.all(others)) {
      expect(outcome.isError).toBe(true)
      expect(outcome.text).toMatch(/mortal ended.*exit code 7.*out of memory/)
    }
    expect(host.state().servers[0]?.state).toMatchObject({ kind: 'failed', error: { code: 'mcp.exited' } })
    const again = await host.call({ serverId: 'id-mortal', toolName: 'echo', args: {}, signal: never })
    expect(again).toMatchObject({ isError: false, text: expect.stringMatching(/^alive \d+$/) })
  })
  it('is not started for ever', async () => {
    let now = 1_000_000
    const host = newHost({ now: () => now })
    await host.configure([nodeServer('mortal', await fakes().server('mortal', 'onCall = () => process.exit(1)'))])
    await host.start('id-mortal')
    const texts: string[] = []
    for (let round = 0; round < 7; round += 1) {
      texts.push((await host.call({ serverId: 'id-mortal', toolName: 'echo', args: {}, signal: never })).text)
      now += 31_000
    }
    expect(texts.slice(0, 6).every((text) => text.includes('exit code 1'))).toBe(true)
    expect(texts[6]).toContain('too often')
    expect(await host.tools(never)).toEqual([])
    await host.start('id-mortal')
    expect(await host.tools(never)).toHaveLength(1)
  })
  it('is noticed although a grandchild holds its output open', async () => {
    const habit = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'inherit', 'ignore'] })
      onCall = (id, name, args) => args.pid ? text(id, String(child.pid)) : process.exit(9)`
    const host = newHost()
    await host.configure([nodeServer('parent', await fakes().server('parent', habit))])
    const grandchild = Number((await host.call({ serverId: 'id-parent', toolName: 'echo', args: { pid: true }, signal: never })).text)
    expect(await isAlive(grandchild)).toBe(true)
    const outcome = await host.call({ serverId: 'id-parent', toolName: 'echo', args: {}, signal: never })
    expect(outcome.text).toContain('exit code 9')
    await host.close()
  })
})

describe('large results', () => {
  it('a 5 MB one is capped and kept whole in a private file', async () => {
    const host = newHost()
    await host.configure([nodeServer('big', await fakes().server('big', "onCall = (id) => text(id, 'START' + 'x'.repeat(5 * 1024 * 1024) + 'END')"))])
    const outcome = await host.call({ serverId: 'id-big', toolName: 'echo', args: {}, signal: never })
    expect(outcome.bytes).toBe(5 * 1024 * 1024 + 8)
    expect(outcome.text.length).toBeLessThan(52_000)
    expect(outcome.text.startsWith('START') && outcome.text.endsWith('END')).toBe(true)
    const kept = outcome.spilledTo ?? ''
    expect(outcome.text).toContain(kept)
    const info = await stat(kept)
    expect(info.size).toBe(outcome.bytes)
    expect(info.mode & 0o777).toBe(0o600)
  })
  it('a 40 MB one is refused with a clear error, and the server can be used again', async () => {
    const host = newHost()
    await host.configure([nodeServer('huge', await fakes().server('huge', "onCall = (id, name, args) => text(id, args.small ? 'ok' : 'x'.repeat(40 * 1024 * 1024))"))])
    const outcome = await host.call({ serverId: 'id-huge', toolName: 'echo', args: {}, signal: never })
    expect(outcome.isError).toBe(true)
    expect(outcome.text).toContain('sent too much')
    expect((await host.call({ serverId: 'id-huge', toolName: 'echo', args: { small: true }, signal: never })).text).toBe('ok')
  })
})
