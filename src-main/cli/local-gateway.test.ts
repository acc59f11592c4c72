/** One gateway a data folder: the running one is used, ours ends with us, and why it cannot start is said. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttp } from '../api/http.ts'
import { findRunningGateway, forgetRunningGateway, noteRunningGateway } from '../api/running-gateway.ts'
import { fakeLog, fakeTime } from '../api/test-fakes.ts'
import type { GatewayLauncher, GatewayProcess } from '../platform/gateway-launcher.ts'
import { createLocalGateway, type LocalGateway } from './local-gateway.ts'

/** A process that says and does what the test tells it. */
class FakeProcess implements GatewayProcess {
  readonly lineListeners: ((line: string) => void)[] = []
  readonly stderrListeners: ((text: string) => void)[] = []
  readonly exitListeners: ((code: number | null) => void)[] = []
  readonly told: string[] = []
  onLine(listener: (line: string) => void): void {
    this.lineListeners.push(listener)
  }
  onStderr(listener: (text: string) => void): void {
    this.stderrListeners.push(listener)
  }
  onExit(listener: (code: number | null) => void): void {
    this.exitListeners.push(listener)
  }
  stop(): void {
    this.told.push('stop')
    this.exit(0)
  }
  kill(): void {
    this.told.push('kill')
    this.exit(null)
  }
  say(line: string): void {
    for (const listener of this.lineListeners) listener(line)
  }
  complain(text: string): void {
    for (const listener of this.stderrListeners) listener(text)
  }
  exit(code: number | null): void {
    for (const listener of this.exitListeners) listener(code)
  }
}

let folder: string
let launched: { port: number; process: FakeProcess }[]
let healthy: string[]
let alive: Set<number>
let local: LocalGateway
/** Called with each process when it is launched. */
let onLaunch: (process: FakeProcess) => void
const READY = JSON.stringify({ url: 'http://127.0.0.1:7001', token: 'local-token' })

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-local-'))
  launched = []
  healthy = []
  alive = new Set([7])
  onLaunch = (process) => queueMicrotask(() => process.say(READY))
  const time = fakeTime()
  const launcher: GatewayLauncher = {
    launch: ({ port, dataFolder }) => {
      expect(dataFolder).toBe(folder)
      const process = new FakeProcess()
      launched.push({ port, process })
      onLaunch(process)
      return process
    },
  }
  const http = createHttp({
    clock: time.clock, timers: time.timers, ids: { next: () => 'req' }, version: '1', log: fakeLog(),
    fetch: async (url) => {
      if (healthy.some((base) => url === `${base}/health`)) return new Response('{"status":"ok"}')
      throw new TypeError('fetch failed')
    },
  })
  local = createLocalGateway({ launcher, folder, http, timers: time.timers, pid: 42, isAlive: (pid) => alive.has(pid) })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function noteOne(url: string): Promise<void> {
  await noteRunningGateway(folder, { url, pid: 7 })
  await writeFile(path.join(folder, 'local-account.json'), '{"username":"me","token":"its-token","password":"p"}')
}

describe('a verb’s gateway', () => {
  it('is started once, noted without its token, and ended and forgotten with us', async () => {
    expect(await local.access()).toEqual({ url: 'http://127.0.0.1:7001', token: 'local-token' })
    await local.access()
    expect(launched).toHaveLength(1)
    expect(await readFile(path.join(folder, 'gateway.json'), 'utf8')).toBe('{"url":"http://127.0.0.1:7001","pid":42}\n')
    await local.close()
    expect(launched[0]?.process.told).toEqual(['stop'])
    expect(await findRunningGateway(folder)).toBeNull()
  })
  it('is the one that runs already, which then goes on', async () => {
    await noteOne('http://127.0.0.1:6001')
    healthy.push('http://127.0.0.1:6001')
    expect(await local.access()).toEqual({ url: 'http://127.0.0.1:6001', token: 'its-token' })
    await local.close()
    expect(launched).toEqual([])
    expect(await findRunningGateway(folder)).not.toBeNull()
  })
  it('is a new one when the noted one is dead', async () => {
    await noteOne('http://127.0.0.1:6001')
    expect((await local.access()).url).toBe('http://127.0.0.1:7001')
  })
  it('is a new one when the noted one’s keeper is gone, whoever answers on its port now', async () => {
    await noteOne('http://127.0.0.1:6001')
    healthy.push('http://127.0.0.1:6001')
    alive.clear()
    expect((await local.access()).url).toBe('http://127.0.0.1:7001')
  })
  it('that ends before it is ready says its last words', async () => {
    onLaunch = (process) =>
      queueMicrotask(() => {
        process.complain('starting\n{"error":"data-in-use","detail":"The data folder is in use by another gateway."}\n')
        process.exit(4)
      })
    await expect(local.access()).rejects.toMatchObject({ code: 'gateway.failed', fields: { reason: 'The data folder is in use by another gateway.' } })
  })
})

describe('gateway.json', () => {
  it('half written or absent means that nothing is noted', async () => {
    expect(await findRunningGateway(folder)).toBeNull()
    await writeFile(path.join(folder, 'gateway.json'), '{"url":"http://127')
    expect(await findRunningGateway(folder)).toBeNull()
    await forgetRunningGateway(folder, 42)
  })
  it('of another process is left alone', async () => {
    await noteOne('http://127.0.0.1:6001')
    await forgetRunningGateway(folder, 42)
    expect(await findRunningGateway(folder)).toEqual({ url: 'http://127.0.0.1:6001', token: 'its-token', pid: 7 })
  })
  it('naming another computer is not believed', async () => {
    await noteOne('http://192.168.0.9:6001')
    expect(await findRunningGateway(folder)).toBeNull()
  })
})
