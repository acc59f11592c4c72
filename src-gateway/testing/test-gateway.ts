/** For tests: a real gateway over real HTTP in a folder of its own, with a clock that moves only when told and a sleep that takes no time. */
import { startGateway, type GatewayOptions, type RunningGateway } from '../server.ts'
import { realSleep } from '../machine.ts'
import type { DeclaredUpstream, UpstreamDefinition } from '../upstreams/pool.ts'
import { httpUpstream } from '../upstreams/upstream-defaults.ts'
import { onCleanup, temporaryFolder, testClock, type TestClock } from './test-machine.ts'

export { NOON, onCleanup, temporaryFolder, testClock, type TestClock } from './test-machine.ts'

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
    ollamaUrl: 'http://127.0.0.1:9',
    // Nor must its keychain.
    loadKeychain: () => Promise.reject(new Error('no keychain in tests')), ...given, dataDir: folder,
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

/** An upstream as flags and configuration declare it, for a server at this address. */
export function declared(id: string, kind: Exclude<UpstreamDefinition['kind'], 'practice' | 'scripted'>, url: string, more: Partial<UpstreamDefinition> & { keys?: readonly string[] } = {}): DeclaredUpstream {
  const { keys = ['upstream-key'], ...definition } = more
  return { definition: httpUpstream({ name: id, source: 'config', ...definition, id, kind, url }), keys: keys.map((value, at) => ({ label: `key ${at + 1}`, value })) }
}

/** The `data:` payloads of an event stream; `[DONE]` stays text. */
export function dataLines(text: string): unknown[] {
  return text.split('\n').filter((line) => line.startsWith('data: ')).map((line) => (line === 'data: [DONE]' ? '[DONE]' : (JSON.parse(line.slice(6)) as unknown)))
}
