/** For tests: a hand-written HTTP server on 127.0.0.1 that plays an upstream, and what a pool needs around it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { silentLog, type Log } from '../machine.ts'
import type { UpstreamSecrets } from '../secrets/upstream-secrets.ts'
import { openDatabase, type Database } from '../store/database.ts'
import type { DeclaredUpstream, ExchangeRequest, RouteQuery, UpstreamDefinition, UpstreamPool } from './pool.ts'
import { createTransport } from './transport.ts'
import { httpUpstream } from './upstream-defaults.ts'
import { createUpstreamPool, type UpstreamPoolOptions } from './upstream-pool.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
export const atEnd = (cleanup: () => Promise<void> | void): void => void cleanups.push(cleanup)

export interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

export interface PlayedUpstream {
  origin: string
  port: number
  asked: Asked[]
  /** Connections made so far. */
  connections(): number
  /** Resolves when a request's connection was closed by the other side before its answer was over. */
  hungUp(): Promise<void>
  close(): Promise<void>
}

export type Play = (asked: Asked, response: ServerResponse, socket: Socket) => void

/** @param play answers each request once its body is in. */
export async function playUpstream(play: Play): Promise<PlayedUpstream> {
  const asked: Asked[] = []
  let connections = 0
  let tellHungUp: () => void = () => {}
  const hungUp = new Promise<void>((resolve) => (tellHungUp = resolve))
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    response.on('close', () => {
      if (!response.writableFinished) tellHungUp()
    })
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      asked.push(one)
      play(one, response, request.socket)
    })
  })
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  atEnd(close)
  return { origin: `http://127.0.0.1:${port}`, port, asked, connections: () => connections, hungUp: () => hungUp, close }
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

/** A port of 127.0.0.1 where nothing listens: taken and given back. */
export async function deadPort(): Promise<number> {
  const upstream = await playUpstream(() => {})
  await upstream.close()
  return upstream.port
}

export function memorySecrets(): UpstreamSecrets & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept, kind: async () => 'keychain', get: async (id) => kept.get(id) ?? null, set: async (id, key) => void kept.set(id, key), delete: async (id) => void kept.delete(id),
  }
}

export interface TestClock {
  now(): number
  advance(ms: number): void
}
export function testClock(): TestClock {
  let now = Date.parse('2026-01-01T12:00:00Z')
  return { now: () => now, advance: (ms) => void (now += ms) }
}

export interface LogLine {
  event: string
  fields: Record<string, unknown>
}
export function listLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = []
  const add = (event: string, fields: Record<string, unknown> = {}): void => void lines.push({ event, fields })
  return { lines, info: add, warn: add, error: add }
}

export async function testDatabase(): Promise<Database> {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-upstreams-test-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const { database } = await openDatabase(folder, 0)
  atEnd(() => database.close())
  return database
}

export interface TestPool {
  pool: UpstreamPool
  clock: TestClock
  database: Database
  secrets: UpstreamSecrets & { kept: Map<string, string> }
}

/** With nothing at Ollama's place unless the test says so. */
export async function testPool(options: Partial<UpstreamPoolOptions> & { testClock?: TestClock; testSecrets?: TestPool['secrets'] } = {}): Promise<TestPool> {
  const { testClock: clock = testClock(), testSecrets: secrets = memorySecrets(), ...given } = options
  const database = given.database ?? (await testDatabase())
  const transport = given.transport ?? createTransport()
  const pool = await createUpstreamPool({ clock, log: silentLog, secrets, ollamaUrl: 'http://127.0.0.1:9', ...given, database, transport })
  atEnd(() => pool.close())
  return { pool, clock, database, secrets }
}

type Declaration = Partial<UpstreamDefinition> & { url: string; keys?: readonly string[] }

/** As flags would: kind chat, named like its id, keys labelled `key 1`, `key 2`. */
export function declared({ keys = [], ...given }: Declaration): DeclaredUpstream {
  const id = given.id ?? 'up'
  return {
    definition: { ...httpUpstream({ id, name: id, kind: 'chat', url: given.url, source: 'config' }), ...given },
    keys: keys.map((value, at) => ({ label: `key ${at + 1}`, value })),
  }
}

export const query = (model: string, more: Partial<RouteQuery> = {}): RouteQuery => ({ model, wire: 'chat-completions', mode: 'standard', toolbox: 'stay', ...more })

export const request = (more: Partial<ExchangeRequest> = {}): ExchangeRequest => ({
  method: 'POST', path: '/chat/completions', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}', callerId: 'caller', signal: new AbortController().signal, ...more,
})

export async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const piece of body) text += String(piece)
  return text
}
