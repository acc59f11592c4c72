/** Calls that take long, lists that change, and every way in which a server's process ends, over real stdio. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { never, nodeServer } from './testing/test-host.ts'
import { isAlive, reached, useHosts } from './testing/test-rig.ts'

const { fakes, newHost } = useHosts()

describe('slow calls', () => {
  const slow = `
    onCall = (id, name, args, meta) => {
      let step = 0
      const timer = setInterval(() => {
        step += 1
        if (args.progress) send({ method: 'notifications/progress', params: { progressToken: meta.progressToken, progress: step, total: 6 } })
        if (step === 6) { clearInterval(timer); text(id, 'done') }
      }, 200)
    }
    onCancelled = (params) => console.error('cancelled')`
  it('live as long as they report progress, and no longer', async () => {
    const host = newHost({ limits: { idleMs: 700 } })
    await host.configure([nodeServer('slow', await fakes().server('slow', slow))])
    const told: unknown[] = []
    const call = (progress: boolean) => host.call({ serverId: 'id-slow', toolName: 'echo', args: { progress }, signal: never, onProgress: (one) => void told.push(one) })
    expect((await call(true)).text).toBe('done')
    expect(told.slice(0, 2)).toEqual([{ text: '1 of 6', share: 1 / 6 }, { text: '2 of 6', share: 2 / 6 }])
    const silent = await call(false)
    expect(silent.isError).toBe(true)
    expect(silent.text).toContain('took too long')
  })
  it('tell the server when they are stopped', async () => {
    const host = newHost()
    await host.configure([nodeServer('slow', await fakes().server('slow', slow))])
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
    await host.configure([nodeServer('busy', await fakes().server('busy', habit))])
    const results = await Promise.all(Array.from({ length: 30 }, () => host.call({ serverId: 'id-busy', toolName: 'echo', args: {}, signal: never })))
    expect(Math.max(...results.map((result) => Number(result.text)))).toBe(8)
  })
})

describe('a slow start', () => {
  it('does not hold up a turn that was stopped, nor a call', async () => {
    const host = newHost()
    await host.configure([nodeServer('hang', await fakes().server('hang', 'onInitialize = () => {}')), nodeServer('good', await fakes().server('good', ''))])
    const stop = new AbortController()
    const listing = host.tools(stop.signal)
    await reached(host, (state) => state.servers[1]?.state.kind === 'ready' && state.servers[0]?.state.kind === 'starting')
    const call = host.call({ serverId: 'id-hang', toolName: 'echo', args: {}, signal: stop.signal })
    stop.abort()
    expect((await listing).map((tool) => tool.serverName)).toEqual(['good'])
    expect((await call).text).toContain('stopped')
    expect(host.state().servers[0]?.state.kind).toBe('starting')
    await host.stop('id-hang')
    expect(host.state().servers[0]?.state.kind).toBe('idle')
  })
})

describe('a talkative server', () => {
  it('does not flood the window', async () => {
    const host = newHost()
    await host.configure([nodeServer('loud', await fakes().server('loud', "onCall = (id) => { let n = 0; const more = () => { console.error('line ' + n); console.log('noise ' + n); n += 1; if (n < 2000) setImmediate(more); else text(id, 'done') }; more() }"))])
    await host.start('id-loud')
    let published = 0
    host.onChange(() => (published += 1))
    const started = performance.now()
    await host.call({ serverId: 'id-loud', toolName: 'echo', args: {}, signal: never })
    await reached(host, (state) => state.servers[0]?.noiseLines === 2000 && state.servers[0].stderrTail.at(-1) === 'line 1999')
    expect(published).toBeLessThanOrEqual(2 + (performance.now() - started) / 250)
    expect(host.state().servers[0]?.stderrTail).toHaveLength(40)
  })
})

describe('a changed tool list', () => {
  it('is read again once, and a failing list keeps the last good one', async () => {
    const habit = `
      let lists = 0
      onList = (id) => { lists += 1; if (lists === 3) return fail(id, -32603, 'broken'); answer(id, { tools: lists === 1 ? tools : [...tools, { name: 'second', inputSchema: {} }] }) }
      onCall = (id, name, args) => { for (let n = 0; n < 5; n += 1) send({ method: 'notifications/tools/list_changed' }); if (args.answer) setTimeout(() => text(id, String(lists)), 300); else text(id, String(lists)) }`
    const host = newHost({ limits: { listDebounceMs: 50 } })
    await host.configure([nodeServer('changing', await fakes().server('changing', habit))])
    expect((await host.tools(never)).map((tool) => tool.toolName)).toEqual(['echo'])
    await host.call({ serverId: 'id-changing', toolName: 'echo', args: {}, signal: never })
    await reached(host, (state) => state.servers[0]?.state.kind === 'ready' && state.servers[0].state.tools.length === 2)
    await host.approveTools('id-changing', null)
    const lists = await host.call({ serverId: 'id-changing', toolName: 'echo', args: { answer: true }, signal: never })
    expect(lists.text).toBe('3')
    expect((await host.tools(never)).map((tool) => tool.toolName)).toEqual(['echo', 'second'])
  })
})

describe('the way out', () => {
  it('says to a running call that its server was stopped, and starts one process at a time', async () => {
    const pidFile = path.join(fakes().path, 'life')
    const habit = `
      const fs = require('fs'); fs.appendFileSync(${JSON.stringify(pidFile)}, 'up ')
      process.stdin.removeAllListeners('end'); process.stdin.on('end', () => setTimeout(() => { fs.appendFileSync(${JSON.stringify(pidFile)}, 'down '); process.exit() }, 150))
      onCall = () => {}`
    const host = newHost()
    await host.configure([nodeServer('busy', await fakes().server('busy', habit))])
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
    await host.configure([nodeServer('plain', await fakes().server('plain', ''))])
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
    await host.configure([nodeServer('stubborn', await fakes().server('stubborn', habit))])
    const pids = (await host.call({ serverId: 'id-stubborn', toolName: 'echo', args: {}, signal: never })).text.split(' ').map(Number)
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true])
    const started = performance.now()
    await host.close()
    expect(performance.now() - started).toBeLessThan(3000)
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false])
  })
  it('starts nothing any more after the end, not even for a call that was waiting', async () => {
    const host = newHost()
    await host.configure([nodeServer('mortal', await fakes().server('mortal', 'onCall = () => process.exit(1)'))])
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
    const script = await fakes().server('stubborn', "process.on('SIGTERM', () => {}); process.stdin.removeAllListeners('end'); setInterval(() => {}, 1000); onCall = (id) => text(id, String(process.pid))")
    const other = spawn(process.execPath, [fileURLToPath(new URL('testing/crash-host.ts', import.meta.url)), fakes().path, script], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(other.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(await isAlive(pid)).toBe(true)
    await newHost().configure([])
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), { timeout: 8000 })
  })
  it('stops a server whose configuration changed or that was removed', async () => {
    const script = await fakes().server('plain', "onCall = (id) => text(id, String(process.pid))")
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
