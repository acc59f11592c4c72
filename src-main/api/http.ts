/** How the app speaks to a gateway: one request with request id, bearer, deadline and size limit; every failure is an `AppError`. Runs in main. */
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Fetch, Ids, Log, Timers } from '../platform/ports.ts'
import { networkError, statusError } from './http-errors.ts'
import { jsonBytes } from './json-bytes.ts'
import { parseJson, readText } from './read-body.ts'

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute address, query included. */
  url: string
  token?: string | null
  /** A JSON value. */
  body?: unknown
  /** The body says much that earlier ones said (a conversation): what was written out once is kept. */
  isLong?: boolean
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal | undefined
  /** `json`: until the whole answer is read; `open`: until its head arrives. */
  timeoutMs?: number
}

export interface JsonRequest<T> extends HttpRequest {
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }
  /** Largest body in bytes. */
  maxBytes?: number
  /** Reads an answer outside 200–299 that still means something (a device poll's 400); null = an error after all. */
  readFailure?: (status: number, body: unknown) => T | null
}

/** What listeners learn of every answer to a request that carried a bearer. */
export interface AnswerNote {
  status: number
  token: string
}

export interface Http {
  /** A JSON answer, parsed. @throws AppError `gateway.*`, `api.*`; the signal's reason when the caller aborted */
  json<T>(request: JsonRequest<T>): Promise<T>
  /** An answer whose body is still to be read (a stream). Throws as `json` does. */
  open(request: HttpRequest): Promise<Response>
  /** Calls `listener` with the status of every answer to a signed-in request. Returns the way out. */
  onAnswer(listener: (note: AnswerNote) => void): () => void
}

export interface HttpDeps {
  fetch: Fetch
  clock: Clock
  timers: Timers
  ids: Ids
  version: string
  log: Log
}

const JSON_TIMEOUT = 30_000
const OPEN_TIMEOUT = 120_000
const JSON_LIMIT = 8 * 1024 * 1024
const ERROR_LIMIT = 256 * 1024

export function createHttp(deps: HttpDeps): Http {
  const listeners = new Set<(note: AnswerNote) => void>()

  async function send(request: HttpRequest, deadline: Deadline): Promise<{ response: Response; requestId: string }> {
    const { url, token = null, body, method = body === undefined ? 'GET' : 'POST' } = request
    const id = deps.ids.next('req')
    const started = deps.clock.now()
    const response = await deps.fetch(url, {
      method,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      signal: deadline.signal,
      headers: {
        accept: 'application/json',
        'user-agent': `Portico/${deps.version}`,
        'x-request-id': id,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body: request.isLong === true ? jsonBytes(body) : JSON.stringify(body) }),
    })
    const requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id') ?? id
    deps.log.info('http.answer', { method, route: routeOf(url), status: response.status, ms: deps.clock.now() - started, requestId })
    if (token !== null) for (const listener of listeners) listener({ status: response.status, token })
    return { response, requestId }
  }

  /** Runs one request to its end under one deadline and gives every failure its code. */
  async function within<T>(request: HttpRequest, timeoutMs: number, run: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = startDeadline(deps.timers, timeoutMs, request.signal)
    try {
      request.signal?.throwIfAborted()
      return await run(deadline)
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown
      if (request.signal?.aborted) throw request.signal.reason
      const url = originOf(request.url)
      const error = deadline.passed()
        ? new AppError('gateway.timeout', { url, route: routeOf(request.url), seconds: Math.ceil(timeoutMs / 1000) }, { cause: thrown })
        : networkError(url, routeOf(request.url), thrown)
      deps.log.warn('http.failed', { route: routeOf(request.url), code: error.code, reason: error.fields['reason'] ?? null })
      throw error
    } finally {
      deadline.end()
    }
  }

  async function failed(request: HttpRequest, response: Response, requestId: string): Promise<{ body: unknown; error: AppError }> {
    const body = parseJson(await readText(response, ERROR_LIMIT))
    const error = statusError({
      status: response.status, route: routeOf(request.url), url: originOf(request.url), requestId, body,
      retryAfter: response.headers.get('retry-after'), token: request.token ?? null, now: deps.clock.now(),
    })
    return { body, error }
  }

  return {
    json: (request) =>
      within(request, request.timeoutMs ?? JSON_TIMEOUT, async (deadline) => {
        const { response, requestId } = await send(request, deadline)
        if (!response.ok) {
          const { body, error } = await failed(request, response, requestId)
          const meant = request.readFailure?.(response.status, body) ?? null
          if (meant === null) throw error
          return meant
        }
        const parsed = request.schema.safeParse(parseJson(await readText(response, request.maxBytes ?? JSON_LIMIT)))
        if (parsed.success) return parsed.data
        throw new AppError('api.unexpected-answer', { route: routeOf(request.url), status: response.status, requestId })
      }),
    open: (request) =>
      within(request, request.timeoutMs ?? OPEN_TIMEOUT, async (deadline) => {
        const { response, requestId } = await send(request, deadline)
        if (response.ok) return response
        throw (await failed(request, response, requestId)).error
      }),
    onAnswer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

interface Deadline {
  signal: AbortSignal
  passed(): boolean
  /** Stops the clock; the caller's own signal goes on working. */
  end(): void
}

function startDeadline(timers: Timers, ms: number, caller: AbortSignal | undefined): Deadline {
  const ours = new AbortController()
  const end = timers.after(ms, () => ours.abort())
  const signal = caller ? AbortSignal.any([caller, ours.signal]) : ours.signal
  return { signal, passed: () => ours.signal.aborted, end }
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url
}

/** The path without its query, for errors and the log: a query may hold what a person would not want there. */
function routeOf(url: string): string {
  return URL.parse(url)?.pathname ?? url
}
