/** For tests: several gateway processes on one PostgreSQL store behind a load balancer, upstreams of every wire that are played, and callers of every wire. */
import { openPostgres } from '../store/postgres.ts'
import type { Database } from '../store/database.ts'
import { answer, type Script } from './scripted-servers/script.ts'
import { scriptedServer, type ScriptedServer } from './scripted-servers/server.ts'
import { startBalancer, type Balancer } from './test-balancer.ts'
import { onCleanup, temporaryFolder } from './test-machine.ts'
import { startProcess, type GatewayProcess } from './test-process.ts'

export interface Member {
  process: GatewayProcess
  folder: string
  url: string
  /** The local account's token of this process. */
  token: string
}

export interface Fleet {
  balancer: Balancer
  members: Member[]
  /** The store itself, to look at. */
  database: Database
  upstreams: readonly ScriptedServer[]
  play(script: Script): void
  /** Another process on the folder of one that ended. */
  restart(index: number): Promise<void>
  ask(at: { url: string; token?: string | null }, method: string, route: string, body?: unknown, headers?: Record<string, string>): Promise<Told>
}

export interface Told {
  status: number
  text: string
  /** The parsed body, or `{}`. */
  json: Record<string, unknown>
  headers: Headers
}

export const WIRES = ['chat-completions', 'responses', 'messages'] as const
export type FleetWire = (typeof WIRES)[number]
const MODEL: Readonly<Record<FleetWire, string>> = { 'chat-completions': 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8' }
/** What the played upstreams say they used; at the standard price, which is in force all day here, it costs 1825 micro-dollars. */
export const CALL_COST = 5 * 5 + 60 * 30
const USAGE = { input: 5, output: 60, cacheRead: 0 }
export const say = (text: string, more: Parameters<typeof answer>[1] = {}): ReturnType<typeof answer> => answer([{ type: 'text', text, deltas: 6 }], { ...more, usage: USAGE })

export async function startFleet(store: string, count = 3): Promise<Fleet> {
  const balancer = await startBalancer()
  const upstreams = await Promise.all((['chat', 'responses', 'messages'] as const).map((kind) => scriptedServer(kind, { script: () => say('all is well', { delayMs: 5 }) })))
  onCleanup(async () => void (await Promise.all(upstreams.map((one) => one.close()))))
  const flags = upstreams.flatMap((one) => ['--upstream', `${one.kind}=${one.kind}:${one.baseUrl}`])
  const routes = WIRES.flatMap((wire, at) => ['--model', `${MODEL[wire]}=${upstreams[at]?.kind}/${MODEL[wire]}`])
  const env = { PORTICO_UPSTREAM_CHAT_KEY: 'upstream-key', PORTICO_UPSTREAM_RESPONSES_KEY: 'upstream-key', PORTICO_UPSTREAM_MESSAGES_KEY: 'upstream-key' }
  const start = async (folder: string): Promise<Member> => {
    const process = startProcess(['--data', folder, '--store', store, '--allowed-host', balancer.host, '--drain-seconds', '20', '--password', 'correct horse', '--rate-limits', 'off', '--schedule', 'always=standard', ...flags, ...routes], env)
    return { process, folder, ...(await process.ready()) }
  }
  const members = await Promise.all(Array.from({ length: count }, () => start(temporaryFolder())))
  const use = (): void => balancer.use(members.map((one) => one.url))
  use()
  const database = await openPostgres(store)
  onCleanup(() => database.close())
  return {
    balancer, members, database, upstreams, ask,
    play: (script) => upstreams.forEach((one) => one.play(script)),
    restart: async (index) => {
      members[index] = await start(members[index]?.folder ?? temporaryFolder())
      use()
    },
  }
}

const ask: Fleet['ask'] = async ({ url, token = null }, method, route, body, headers = {}) => {
  const response = await fetch(url + route, {
    method, redirect: 'manual', headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, headers: response.headers, json: parsed(text) }
}

function parsed(text: string): Record<string, unknown> {
  try {
    // A JSON answer of ours is an object.
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

export interface CallOptions {
  stream?: boolean
  /** Hangs up after the first piece. */
  hangsUp?: boolean
  requestId?: string
  more?: Record<string, unknown>
}

export type CallEnd = { kind: 'answered'; status: number; text: string; code: string | null } | { kind: 'left' } | { kind: 'broke' }

/** One model call; `broke` when the connection failed or the stream ended without its end. */
export async function callModel(at: { url: string; token: string }, wire: FleetWire, { stream = false, hangsUp = false, requestId, more = {} }: CallOptions = {}): Promise<CallEnd> {
  const leaving = new AbortController()
  try {
    const response = await fetch(`${at.url}/v1/${wire === 'chat-completions' ? 'chat/completions' : wire}`, {
      method: 'POST', signal: leaving.signal, headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', ...(requestId === undefined ? {} : { 'x-request-id': requestId }) },
      body: JSON.stringify({ model: MODEL[wire], stream, ...BODIES[wire], ...(stream && wire === 'chat-completions' ? { stream_options: { include_usage: true } } : {}), ...more }),
    })
    if (hangsUp && response.ok && response.body) {
      const reader = response.body.getReader()
      await reader.read()
      leaving.abort()
      return { kind: 'left' }
    }
    const text = await response.text()
    if (stream && response.ok && !ENDS[wire].test(text)) return { kind: 'broke' }
    return { kind: 'answered', status: response.status, text, code: /"code":\s*"(\w+)"/.exec(text)?.[1] ?? null }
  } catch {
    // Nobody answered, or not to the end.
    return { kind: hangsUp ? 'left' : 'broke' }
  }
}

const BODIES: Readonly<Record<FleetWire, Record<string, unknown>>> = {
  'chat-completions': { messages: [{ role: 'user', content: 'hello' }], max_tokens: 100 }, responses: { input: 'hello', max_output_tokens: 100 },
  messages: { messages: [{ role: 'user', content: 'hello' }], max_tokens: 100 },
}
const ENDS: Readonly<Record<FleetWire, RegExp>> = { 'chat-completions': /data: \[DONE\]/, responses: /"response.completed"/, messages: /"message_stop"/ }
