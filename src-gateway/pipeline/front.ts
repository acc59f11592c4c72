/**
 * The gateway's front: model calls are answered on the connection itself, because their streams must cost nothing beyond the bytes; everything else goes to
 * the Hono application. Both have the same checks before them (http/arrive.ts).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Accounts, Caller } from '../auth/accounts.ts'
import { refuseOtherSites, requestIdOf, standingHeaders, takeAddress, takeKey, tokenOf, type OwnNames } from '../http/arrive.ts'
import { LARGE } from '../http/body.ts'
import { failureBody, failureOf, HttpFailure, unauthorized } from '../http/failure.ts'
import { readRawBody } from '../http/raw-body.ts'
import type { RateLimiter } from '../http/rate-limit.ts'
import type { Clock, Ids, Log } from '../machine.ts'
import { StoreUnavailable } from '../store/database.ts'
import { Refused } from './call.ts'
import { breakEvent } from './pass-through.ts'
import type { CallRoute } from './read-call.ts'
import { createHttpSink, type AnswerSink } from './sink.ts'

export const CALL_ROUTES: ReadonlyMap<string, CallRoute> = new Map<string, CallRoute>([
  ['/v1/chat/completions', 'chat-completions'], ['/v1/responses', 'responses'], ['/v1/messages', 'messages'], ['/v1/completions', 'completions'],
])

/** A model call as it stands at the door. */
export interface ArrivedCall {
  route: CallRoute
  text: string
  caller: Caller
  requestId: string
  arrivedAt: number
  headers: IncomingMessage['headers']
  query: string
  /** Says that the call goes on after its answer: the key's place is kept until then. */
  goesOn(until: Promise<void>): void
}

export interface FrontDeps {
  accounts: Accounts
  limiter: RateLimiter
  clock: Clock
  ids: Ids
  log: Log
  own(): OwnNames
  /** @throws HttpFailure 503 while the gateway is about to end. */
  refuseIfEnding(): void
  /** Counts the key's calls under way. @throws HttpFailure 429 */
  enter(caller: Caller): () => void
  /** @throws Refused, HttpFailure while nothing was sent. */
  answer(call: ArrivedCall, sink: AnswerSink): Promise<void>
  /** Everything that is not a model call. */
  others: RequestListener
}

export function createFront(deps: FrontDeps): RequestListener {
  return (incoming, outgoing) => {
    const [path, query] = splitUrl(incoming.url ?? '')
    const route = incoming.method === 'POST' ? CALL_ROUTES.get(path) : undefined
    if (route === undefined) deps.others(incoming, outgoing)
    else {
      answerCall(deps, { route, path, query }, incoming, outgoing).catch((thrown: unknown) => {
        // Even the refusal could not be written. Nobody else listens: left alone it would end the process, and every other call with it.
        deps.log.error('call.lost', { path, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
        outgoing.destroy()
      })
    }
  }
}

async function answerCall(deps: FrontDeps, at: { route: CallRoute; path: string; query: string }, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const arrivedAt = deps.clock.now()
  const requestId = requestIdOf(incoming.headers['x-request-id'], deps.ids)
  const standing: Record<string, string> = standingHeaders(requestId)
  // The Anthropic SDK reads its own name for it.
  if (at.route === 'messages') standing['request-id'] = requestId
  const sink = createHttpSink(outgoing, standing)
  let leave: (() => void) | null = null
  const later: Promise<void>[] = []
  try {
    refuseOtherSites(incoming.headers.host, incoming.headers.origin, deps.own())
    deps.refuseIfEnding()
    const address = incoming.socket.remoteAddress
    Object.assign(standing, takeAddress(deps.limiter, 'global', address), takeAddress(deps.limiter, 'ai', address))
    const token = tokenOf(incoming.headers)
    const caller = token === null ? null : await deps.accounts.byToken(token, address)
    if (!caller) throw unauthorized()
    if (!caller.key.scopes.includes('models')) throw new HttpFailure(403, 'This key may not call models', { code: 'scope_missing' })
    Object.assign(standing, takeKey(deps.limiter, caller))
    leave = deps.enter(caller)
    const text = await readRawBody(incoming, LARGE)
    await deps.answer({ route: at.route, text, caller, requestId, arrivedAt, headers: incoming.headers, query: at.query, goesOn: (until) => void later.push(until) }, sink)
  } catch (thrown) {
    if (sink.gone.aborted) return
    refuse(deps, at.path, sink, thrown, requestId)
    // What was not read of the body must not hold the connection up.
    incoming.resume()
  } finally {
    if (leave) void Promise.allSettled(later).then(leave)
  }
}

function refuse(deps: FrontDeps, path: string, sink: AnswerSink, thrown: unknown, requestId: string): void {
  if (sink.headSent) {
    deps.log.error('call.broke', { requestId, path, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
    if (!(thrown instanceof StoreUnavailable)) return sink.cut()
    // The end of a stream that could not be kept: told in the wire's words, after whatever event was begun.
    const route = CALL_ROUTES.get(path)
    return sink.end(`\n\n${breakEvent(route === undefined || route === 'completions' ? 'chat-completions' : route, failureOf(thrown, ''), requestId)}`)
  }
  if (thrown instanceof Refused) {
    const { failure, headers, raw } = thrown.refusal
    const text = raw?.text ?? JSON.stringify(failureBody(path, asHttpFailure(failure), requestId))
    return send(sink, failure.status, { ...headers, 'content-type': raw?.type ?? 'application/json' }, text)
  }
  const failure = failureOf(thrown, 'The gateway had a problem')
  if (failure.status === 500) deps.log.error('request.failed', { requestId, path, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
  send(sink, failure.status, { ...failure.headers, 'content-type': 'application/json' }, JSON.stringify(failureBody(path, failure, requestId)))
}

function send(sink: AnswerSink, status: number, headers: Record<string, string>, text: string): void {
  sink.head(status, { ...headers, 'content-length': String(Buffer.byteLength(text)) })
  sink.end(text)
}

/** An upstream's status may be any; the body's words go by its class. */
function asHttpFailure(failure: Refused['refusal']['failure']): HttpFailure {
  return new HttpFailure(failure.status, failure.message, failure.code === null ? {} : { code: failure.code })
}

function splitUrl(url: string): [string, string] {
  const at = url.indexOf('?')
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)]
}
