/** For tests: a real gateway over real HTTP in a folder of its own, with a clock that moves only when told and a sleep that takes no time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { startGateway, type GatewayOptions, type RunningGateway } from '../server.ts'
import { realSleep } from '../machine.ts'

/** 2026-01-01, noon UTC: standard price by the default schedule. */
export const NOON = Date.parse('2026-01-01T12:00:00Z')

export interface TestClock {
  now(): number
  advance(ms: number): void
}

export function testClock(start = NOON): TestClock {
  let now = start
  return { now: () => now, advance: (ms) => void (now += ms) }
}

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
export const onCleanup = (cleanup: () => Promise<void> | void): void => void cleanups.push(cleanup)

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-gateway-test-'))
  onCleanup(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The parsed body; fails the test when it is not JSON. */
  json: Record<string, unknown>
}

export interface TestGateway {
  running: RunningGateway
  clock: TestClock
  folder: string
  fetch(route: string, init?: RequestInit): Promise<Response>
  /** As the local account unless `token` says otherwise (null = nobody). An object body is sent as JSON. */
  ask(method: string, route: string, options?: { body?: unknown; token?: string | null; headers?: Record<string, string> }): Promise<Answer>
  /** Stops it and starts another on the same folder. */
  restart(): Promise<TestGateway>
}

/** @param options `instant: false` keeps real pacing. */
export async function testGateway(options: Partial<GatewayOptions> & { instant?: boolean; testClock?: TestClock } = {}): Promise<TestGateway> {
  const { instant = true, testClock: clock = testClock(), ...given } = options
  const folder = given.dataDir ?? temporaryFolder()
  const running = await startGateway({
    port: 0, clock, passwordCost: 16, sleep: instant ? () => Promise.resolve() : realSleep,
    // A machine that happens to run a model server must not change what a test sees.
    ollamaUrl: 'http://127.0.0.1:9/v1', ...given, dataDir: folder,
  })
  onCleanup(() => running.close())
  const ask: TestGateway['ask'] = async (method, route, { body, token = running.token, headers = {} } = {}) => {
    const response = await fetch(running.url + route, {
      method, redirect: 'manual',
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status, headers: response.headers, text,
      get json() {
        const value: unknown = JSON.parse(text)
        if (!value || typeof value !== 'object') throw new Error(`not a JSON object: ${text}`)
        return value as Record<string, unknown>
      },
    }
  }
  return {
    running, clock, folder, ask, fetch: (route, init) => fetch(running.url + route, init),
    restart: async () => {
      await running.close()
      return testGateway({ ...options, testClock: clock, dataDir: folder })
    },
  }
}

/** The `data:` payloads of an event stream; `[DONE]` stays text. */
export function dataLines(text: string): unknown[] {
  return text.split('\n').filter((line) => line.startsWith('data: ')).map((line) => (line === 'data: [DONE]' ? '[DONE]' : (JSON.parse(line.slice(6)) as unknown)))
}
