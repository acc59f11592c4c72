/**
 * One HTTP exchange with an upstream over kept connections (node:http, not fetch: every call passes here and fetch costs a multiple), with its time limits.
 * Proxies of the environment are honoured by Node's own agents; NODE_EXTRA_CA_CERTS by Node itself.
 */
import http from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { decoded } from './decoded.ts'
import { UpstreamUnavailable, type UpstreamDefinition } from './pool.ts'
import { brokeOff, stoppedError, unreachable } from './transport-words.ts'
import { isLoopback, type UpstreamBase } from './upstream-url.ts'

export interface TransportRequest {
  base: UpstreamBase
  /** For messages: the upstream's name. */
  name: string
  method: 'POST' | 'GET' | 'DELETE'
  /** As `pathUnder` gives it. */
  path: string
  headers: Readonly<Record<string, string>>
  body: Buffer | string | null
  /** Milliseconds, as in UpstreamDefinition. */
  timeouts: UpstreamDefinition['timeouts']
  signal: AbortSignal
}

export interface TransportAnswer {
  status: number
  headers: http.IncomingHttpHeaders
  /** Fails with UpstreamUnavailable (504 too long, 502 cut) or an AbortError; closes once. */
  body: Readable
}

export interface Transport {
  /** The answer's head. @throws UpstreamUnavailable 502 or 504; an AbortError when the signal ends it. */
  send(request: TransportRequest): Promise<TransportAnswer>
  /** Closes kept connections; exchanges under way go on. */
  close(): void
}

export type ProxyEnvironment = Partial<Record<'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY', string>>

/** Kept connections nobody uses are closed after this. */
const FREE_SOCKET_MS = 30_000

/** Both spellings of the usual variables; what is empty is left out. */
export function proxyEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyEnvironment {
  const found: ProxyEnvironment = {}
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const) {
    const value = env[name.toLowerCase()] || env[name]
    if (value) found[name] = value
  }
  return found
}

export function createTransport(environment: ProxyEnvironment = {}): Transport {
  // Node's type wants every variable of a process, its code reads these.
  const proxyEnv = environment as http.ProxyEnv
  const options = { keepAlive: true, timeout: FREE_SOCKET_MS, scheduling: 'lifo' as const }
  const direct = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  const proxied = { 'http:': new http.Agent({ ...options, proxyEnv }), 'https:': new https.Agent({ ...options, proxyEnv }) }
  const agentFor = (base: UpstreamBase): http.Agent => (isLoopback(base.hostname) ? direct : proxied)[base.protocol]
  return {
    send: async (request) => {
      try {
        return await attempt(request, agentFor(request.base))
      } catch (failure) {
        if (!(failure instanceof StaleConnection)) throw failure
        // The upstream closed a kept connection just as it was used again; a fresh one has no such race.
        return await attempt(request, new (request.base.protocol === 'https:' ? https : http).Agent({ ...(isLoopback(request.base.hostname) ? {} : { proxyEnv }) }))
      }
    },
    close: () => {
      for (const agents of [direct, proxied]) for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

class StaleConnection extends Error {}

function attempt(request: TransportRequest, agent: http.Agent): Promise<TransportAnswer> {
  const { base, name, timeouts, signal } = request
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(stoppedError())
    let answer: http.IncomingMessage | null = null
    let timer: NodeJS.Timeout | null = null
    let total: NodeJS.Timeout | null = null
    const outgoing = begin(request, agent)
    if (outgoing instanceof Error) return reject(outgoing)
    const after = (ms: number, message: string): void => {
      if (timer) clearTimeout(timer)
      timer = setTimeout(() => fail(new UpstreamUnavailable(504, message)), ms)
    }
    const fail = (why: Error): void => {
      if (answer) answer.destroy(why)
      else outgoing.destroy(why)
    }
    const stop = (): void => fail(stoppedError())
    const settle = (): void => {
      if (timer) clearTimeout(timer)
      if (total) clearTimeout(total)
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop, { once: true })
    if (timeouts.total !== null) {
      total = setTimeout(() => fail(new UpstreamUnavailable(504, `The upstream “${name}” was not done within ${seconds(timeouts.total ?? 0)}`)), timeouts.total)
    }
    const sent = (): void => after(timeouts.firstByte, `The upstream “${name}” took too long to answer: nothing within ${seconds(timeouts.firstByte)}`)
    after(timeouts.connect, `The upstream “${name}” does not answer: no connection within ${seconds(timeouts.connect)}`)
    outgoing.once('socket', (socket) => {
      if (outgoing.reusedSocket || !socket.connecting) sent()
      else socket.once(base.protocol === 'https:' ? 'secureConnect' : 'connect', sent)
    })
    outgoing.on('error', (failure: NodeJS.ErrnoException) => {
      // After the head it is the body that tells.
      if (answer) return
      settle()
      if (outgoing.reusedSocket && (failure.code === 'ECONNRESET' || failure.code === 'EPIPE')) reject(new StaleConnection())
      else reject(failure instanceof UpstreamUnavailable || failure.name === 'AbortError' ? failure : unreachable(name, failure))
    })
    // Some ends bring no error with them, such as a switch to another protocol that nobody asked for.
    outgoing.once('close', () => {
      if (answer) return
      settle()
      reject(unreachable(name, new Error('closed without an answer')))
    })
    outgoing.once('response', (response) => {
      if (timer) clearTimeout(timer)
      answer = response
      watchBody(response, name, timeouts.idle)
      response.once('close', settle)
      resolve(decoded(response.statusCode ?? 0, response, name))
    })
    outgoing.end(request.body)
  })
}

/** An Error when the request cannot even be written, such as a header with a line break. */
function begin(request: TransportRequest, agent: http.Agent): http.ClientRequest | Error {
  const { base } = request
  try {
    return (base.protocol === 'https:' ? https : http).request({
      agent, hostname: base.hostname, port: base.port, path: request.path, method: request.method, headers: headersOf(request),
    })
  } catch (failure) {
    return unreachable(request.name, failure instanceof Error ? failure : new Error('unknown'))
  }
}

function headersOf({ headers, body }: TransportRequest): Record<string, string> {
  const all: Record<string, string> = { ...headers, 'accept-encoding': 'identity' }
  if (body !== null) all['content-length'] = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
  return all
}

/** Makes the body fail in our words, and when nothing comes for `idle` ms. A reader who is slow himself is not the upstream's silence. */
function watchBody(response: http.IncomingMessage, name: string, idle: number): void {
  const { socket } = response
  const silent = (): void => {
    if (response.readableLength > 0) socket.setTimeout(idle)
    else response.destroy(new UpstreamUnavailable(504, `The upstream “${name}” fell silent in the middle of its answer: nothing for ${seconds(idle)}`))
  }
  const leave = (): void => void socket.removeListener('timeout', silent)
  socket.setTimeout(idle)
  socket.on('timeout', silent)
  response.once('end', leave).once('close', leave)
  // An error must not go missing because it came before anybody listened.
  response.on('error', () => {})
  // The documented hook of streams; wrapping the stream instead would copy every byte of every answer once more.
  const destroy = response._destroy.bind(response)
  response._destroy = (failure, callback) => destroy(failure === null ? null : brokeOff(name, failure), callback)
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`
