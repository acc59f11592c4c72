/** The host against servers that misbehave, over real stdio. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ToolsState } from '../../src-shared/domain/mcp.ts'
import { createProcessTree } from '../platform/node/process-tree.ts'
import { createFakeFolder, type FakeFolder } from './testing/fake-servers.ts'
import type { McpHost } from './ports.ts'
import { createTestHost, memorySecrets, never, nodeServer, type TestHostOptions } from './testing/test-host.ts'

let fakes: FakeFolder
let hosts: McpHost[] = []
beforeEach(async () => {
  fakes = await createFakeFolder()
})
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()))
  hosts = []
  await fakes.remove()
})

function newHost(options: TestHostOptions = {}): McpHost {
  const host = createTestHost(fakes.path, options)
  hosts.push(host)
  return host
}

/** Resolves with the first state that `wanted` accepts. */
function reached(host: McpHost, wanted: (state: ToolsState) => boolean): Promise<ToolsState> {
  return new Promise((resolve) => {
    const off = host.onChange((state) => {
      if (!wanted(state)) return
      off()
      resolve(state)
    })
    if (wanted(host.state())) {
      off()
      resolve(host.state())
    }
  })
}

const processes = createProcessTree()
/** A zombie that nobody has reaped yet counts as gone. */
const isAlive = async (pid: number): Promise<boolean> => (await processes.startedAt(pid)) !== null

describe('a server that does not come up', () => {
  it('is failed with its last output when the command ends', async () => {
    const host = newHost()
    await host.configure([nodeServer('dead', await fakes.server('dead', "console.error('no API key given'); process.exit(3)"))])
    await expect(host.start('id-dead')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { server: 'dead', reason: expect.stringMatching(/exit code 3.*no API key given/) } })
    expect(host.state().servers[0]?.state.kind).toBe('failed')
    expect(host.state().servers[0]?.stderrTail).toEqual(['no API key given'])
    expect(await host.tools(never)).toEqual([])
  })
  it('says so when there is no such program', async () => {
    const host = newHost()
    await host.configure([{ id: 'x', name: 'ghost', command: 'portico-no-such-program', args: [], envNames: [], enabled: true }])
    await expect(host.start('x')).rejects.toMatchObject({ code: 'mcp.start-failed', fields: { reason: expect.stringContaining('portico-no-such-program') } })
  })
  it('is given up after the start time and its process is gone', async () => {
    const pidFile = path.join(fakes.path, 'pid')
    const host = newHost({ limits: { startMs: 400 } })
    await host.configure([nodeServer('hang', await fakes.server('hang', `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); onInitialize = () => {}`))])
    const starting = host.start('id-hang')
    expect(host.state().servers[0]?.state.kind).toBe('starting')
    await expect(starting).rejects.toMatchObject({ code: 'mcp.start-timeout', retryable: true })
    expect(await isAlive(Number(await readFile(pidFile, 'utf8')))).toBe(false)
  })
  it('says when it speaks another version, or refuses', async () => {
    const host = newHost()
    await host.configure([
      nodeServer('modern', await fakes.server('modern', "onInitialize = (id) => fail(id, -32601, 'Method not found')")),
      nodeServer('rude', await fakes.server('rude', "onInitialize = (id) => fail(id, -32000, 'no licence')")),
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
    await host.configure([{ ...nodeServer('noisy', await fakes.server('noisy', habit)), envNames: ['API_KEY'] }])
    expect(await host.tools(never)).toHaveLength(1)
    const outcome = await host.call({ serverId: 'id-noisy', toolName: 'echo', args: {}, signal: never })
    delete process.env['SECRET_OF_PORTICO']
    expect(JSON.parse(outcome.text)).toEqual(['sk-very-secret', []])
    const server = host.state().servers[0]
    expect(server?.noiseLines).toBe(3)
    expect(server?.stderrTail).toEqual(['key is ••••'])
    expect(JSON.stringify(host.state())).not.toContain('sk-very-secret')
  })
  it('cannot show its secrets in an error either', async () => {
    const host = newHost({ secrets: memorySecrets({ 'mcp/id-leaky/API_KEY': 'sk-very-secret' }) })
    const habit = "onCall = (id) => fail(id, -32000, 'bad key ' + process.env.API_KEY); if (process.argv[2]) onInitialize = (id) => fail(id, -1, process.env.API_KEY)"
    const spec = { ...nodeServer('leaky', await fakes.server('leaky', habit)), envNames: ['API_KEY'] }
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
    await host.configure([nodeServer('odd', await fakes.server('odd', habit))])
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
    await host.configure([nodeServer('mortal', await fakes.server('mortal', habit))])
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
    await host.configure([nodeServer('mortal', await fakes.server('mortal', 'onCall = () => process.exit(1)'))])
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
    await host.configure([nodeServer('parent', await fakes.server('parent', habit))])
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
    await host.configure([nodeServer('big', await fakes.server('big', "onCall = (id) => text(id, 'START' + 'x'.repeat(5 * 1024 * 1024) + 'END')"))])
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
    await host.configure([nodeServer('huge', await fakes.server('huge', "onCall = (id, name, args) => text(id, args.small ? 'ok' : 'x'.repeat(40 * 1024 * 1024))"))])
    const outcome = await host.call({ serverId: 'id-huge', toolName: 'echo', args: {}, signal: never })
    expect(outcome.isError).toBe(true)
    expect(outcome.text).toContain('sent too much')
    expect((await host.call({ serverId: 'id-huge', toolName: 'echo', args: { small: true }, signal: never })).text).toBe('ok')
  })
})

describe('slow calls', () => {
  const slow = `
    onCall = (id, name, args, meta) => {
      let step = 0
      const timer = setInterval(() => {
        step += 1
        if (args.progress) send({ method: 'notifications/progress', params: { progressToken: meta.progressToken, progress: step, total: 6 } })
        if (step === 6) { clearInterval(timer); text(id, 'done') }
      }, 100)
    }
    onCancelled = (params) => console.error('cancelled')`
  it('live as long as they report progress, and no longer', async () => {
    const host = newHost({ limits: { idleMs: 350 } })
    await host.configure([nodeServer('slow', await fakes.server('slow', slow))])
    const call = (progress: boolean) => host.call({ serverId: 'id-slow', toolName: 'echo', args: { progress }, signal: never })
    expect((await call(true)).text).toBe('done')
    const silent = await call(false)
    expect(silent.isError).toBe(true)
    expect(silent.text).toContain('took too long')
  })
  it('tell the server when they are stopped', async () => {
    const host = newHost()
    await host.configure([nodeServer('slow', await fakes.server('slow', slow))])
    await host.start('id-slow')
    const stop = new AbortController()
    const call = host.call({ serverId: 'id-slow', toolName: 'echo', args: {}, signal: stop.signal })
    await reached(host, (state) => state.totals.calls === 1)
    stop.abort()
    expect((await call).text).toContain('stopped')
    await reached(host, (state) => state.servers[0]?.stderrTail.includes('cancelled') === true)
  })
  it('run at most 8 at a time; the rest wait in order', async () => {
    const habit = `let running = 0, most = 0
      onCall = (id) => { running += 1; most = Math.max(most, running); setTimeout(() => { running -= 1; text(id, String(most)) }, 20) }`
    const host = newHost()
    await host.configure([nodeServer('busy', await fakes.server('busy', habit))])
    const results = await Promise.all(Array.from({ length: 30 }, () => host.call({ serverId: 'id-busy', toolName: 'echo', args: {}, signal: never })))
    expect(Math.max(...results.map((result) => Number(result.text)))).toBe(8)
  })
})

describe('a changed tool list', () => {
  it('is read again once, and a failing list keeps the last good one', async () => {
    const habit = `
      let lists = 0
      onList = (id) => { lists += 1; if (lists === 3) return fail(id, -32603, 'broken'); answer(id, { tools: lists === 1 ? tools : [...tools, { name: 'second', inputSchema: {} }] }) }
      onCall = (id, name, args) => { for (let n = 0; n < 5; n += 1) send({ method: 'notifications/tools/list_changed' }); if (args.answer) setTimeout(() => text(id, String(lists)), 300); else text(id, String(lists)) }`
    const host = newHost({ limits: { listDebounceMs: 50 } })
    await host.configure([nodeServer('changing', await fakes.server('changing', habit))])
    expect((await host.tools(never)).map((tool) => tool.toolName)).toEqual(['echo'])
    await host.call({ serverId: 'id-changing', toolName: 'echo', args: {}, signal: never })
    await reached(host, (state) => state.totals.tools === 2)
    const lists = await host.call({ serverId: 'id-changing', toolName: 'echo', args: { answer: true }, signal: never })
    expect(lists.text).toBe('3')
    expect((await host.tools(never)).map((tool) => tool.toolName)).toEqual(['echo', 'second'])
  })
})

describe('the way out', () => {
  it('says to a running call that its server was stopped, and starts one process at a time', async () => {
    const pidFile = path.join(fakes.path, 'life')
    const habit = `
      const fs = require('fs'); fs.appendFileSync(${JSON.stringify(pidFile)}, 'up ')
      process.stdin.removeAllListeners('end'); process.stdin.on('end', () => setTimeout(() => { fs.appendFileSync(${JSON.stringify(pidFile)}, 'down '); process.exit() }, 150))
      onCall = () => {}`
    const host = newHost()
    await host.configure([nodeServer('busy', await fakes.server('busy', habit))])
    await host.start('id-busy')
    const call = host.call({ serverId: 'id-busy', toolName: 'echo', args: {}, signal: never })
    const stopping = host.stop('id-busy')
    const again = host.start('id-busy')
    expect((await call).text).toContain('It was stopped')
    await Promise.all([stopping, again])
    expect(host.state().servers[0]?.state.kind).toBe('ready')
    await host.stop('id-busy')
    expect(await readFile(pidFile, 'utf8')).toBe('up down up down ')
  })
  it('survives being started and stopped in any order', async () => {
    const host = newHost()
    await host.configure([nodeServer('plain', await fakes.server('plain', ''))])
    const steps = await Promise.allSettled([host.start('id-plain'), host.stop('id-plain'), host.start('id-plain'), host.start('id-plain'), host.stop('id-plain'), host.tools(never)])
    expect(steps.map((step) => step.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'])
    expect(host.state().servers[0]?.state.kind).toBe('ready')
  })
  it('ends a server that ignores everything, with its children, within 3 s', async () => {
    const habit = `
      process.on('SIGTERM', () => {}); process.stdin.removeAllListeners('end'); setInterval(() => {}, 1000)
      const child = require('child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore', detached: true })
      onCall = (id) => text(id, process.pid + ' ' + child.pid)`
    const host = newHost()
    await host.configure([nodeServer('stubborn', await fakes.server('stubborn', habit))])
    const pids = (await host.call({ serverId: 'id-stubborn', toolName: 'echo', args: {}, signal: never })).text.split(' ').map(Number)
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true])
    const started = performance.now()
    await host.close()
    expect(performance.now() - started).toBeLessThan(3000)
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false])
  })
  it('starts nothing any more after the end, not even for a call that was waiting', async () => {
    const host = newHost()
    await host.configure([nodeServer('mortal', await fakes.server('mortal', 'onCall = () => process.exit(1)'))])
    await host.start('id-mortal')
    for (let round = 0; round < 2; round += 1) await host.call({ serverId: 'id-mortal', toolName: 'echo', args: {}, signal: never })
    // The third call waits one second for the next restart.
    const waiting = host.call({ serverId: 'id-mortal', toolName: 'echo', args: {}, signal: never })
    await host.close()
    expect((await waiting).text).toContain('switched off')
    expect(await host.tools(never)).toEqual([])
    await expect(host.start('id-mortal')).rejects.toMatchObject({ code: 'mcp.start-failed' })
  })
  it('is made up for after a crash of Portico itself', async () => {
    const script = await fakes.server('stubborn', "process.on('SIGTERM', () => {}); process.stdin.removeAllListeners('end'); setInterval(() => {}, 1000); onCall = (id) => text(id, String(process.pid))")
    const other = spawn(process.execPath, [fileURLToPath(new URL('testing/crash-host.ts', import.meta.url)), fakes.path, script], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(other.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(await isAlive(pid)).toBe(true)
    await newHost().configure([])
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), { timeout: 8000 })
  })
  it('stops a server whose configuration changed or that was removed', async () => {
    const script = await fakes.server('plain', "onCall = (id) => text(id, String(process.pid))")
    const host = newHost()
    const spec = nodeServer('plain', script)
    await host.configure([spec])
    const pid = Number((await host.call({ serverId: spec.id, toolName: 'echo', args: {}, signal: never })).text)
    await host.configure([spec])
    expect(await isAlive(pid)).toBe(true)
    await host.configure([{ ...spec, args: [...spec.args, '--other'] }])
    expect(await isAlive(pid)).toBe(false)
    expect(host.state().servers[0]?.state.kind).toBe('idle')
    await host.configure([])
    expect(host.state()).toEqual({ servers: [], totals: { servers: 0, tools: 0, calls: 0 } })
  })
})
