/** The client of @modelcontextprotocol/sdk 1.x over any of its transports, as an `McpConnection`. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { z } from 'zod'
import { visibleText } from './clean-text.ts'
import type { OnProgress } from './ports.ts'
import { ConnectionFailure, type ConnectRequest, type ElicitAnswer, type ElicitRequest, type McpConnection, type ServerExit } from './connection.ts'

/** Everything is let through: one malformed tool or an unknown content type must not cost the whole answer. */
const looseListSchema = z.looseObject({ tools: z.array(z.unknown()).catch([]), nextCursor: z.string().nullish().catch(null) })
/** Any object; a schema over its keys would cost more than the call. */
const looseSchema = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))

/** What the SDK itself says of a time-out; a server may use the same JSON-RPC code for something else. */
const TIMED_OUT = /Request timed out$|Maximum total timeout exceeded$/
/** The server wants something done in the browser first (MCP 2025-11-25, elicitation). */
const URL_ELICITATION_REQUIRED = -32042

export async function loadClient() {
  const [client, types] = await Promise.all([import('@modelcontextprotocol/sdk/client/index.js'), import('@modelcontextprotocol/sdk/types.js')])
  return { Client: client.Client, ToolListChanged: types.ToolListChangedNotificationSchema, Elicit: types.ElicitRequestSchema }
}
type Sdk = Awaited<ReturnType<typeof loadClient>>

/** How many questions to the person are open: a call's idle time stands still while there are any. */
export interface OpenQuestions {
  readonly count: number
  onChange: ((count: number) => void) | null
}

export function newClient(sdk: Sdk, request: ConnectRequest): { client: Client; questions: OpenQuestions } {
  const { elicit } = request
  // Structured results are checked by nobody here, so no JSON Schema compiler is set up either.
  const client = new sdk.Client(
    { name: 'portico', title: 'Portico', version: request.clientVersion },
    {
      capabilities: elicit === null ? {} : { elicitation: { form: { applyDefaults: true }, url: {} } },
      jsonSchemaValidator: { getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }) },
    },
  )
  const questions = { count: 0, onChange: null as OpenQuestions['onChange'] }
  client.setNotificationHandler(sdk.ToolListChanged, () => request.onListChanged())
  if (elicit !== null) {
    client.setRequestHandler(sdk.Elicit, async ({ params }, { signal }) => {
      questions.count += 1
      questions.onChange?.(questions.count)
      try {
        return toResult(await elicit(toQuestion(params), signal))
      } finally {
        questions.count -= 1
        questions.onChange?.(questions.count)
      }
    })
  }
  return { client, questions }
}

function toProgress({ progress, total, message }: { progress: number; total?: number | undefined; message?: string | undefined }): Parameters<OnProgress>[0] {
  const share = total !== undefined && total > 0 ? Math.min(1, Math.max(0, progress / total)) : null
  const count = total !== undefined && total > 0 ? `${progress} of ${total}` : ''
  return { text: visibleText([message ?? '', count].filter((part) => part !== '').join(' · '), 200), share }
}

function toQuestion(params: Readonly<Record<string, unknown>>): ElicitRequest {
  const message = textOf(params['message'])
  if (params['mode'] === 'url') return { mode: 'url', message, url: textOf(params['url']) }
  const schema = params['requestedSchema']
  return { mode: 'form', message, schema: typeof schema === 'object' && schema !== null ? { ...schema } : {} }
}

/** Answers with an empty text or list are values too; the SDK puts a field's default where there is none. */
function toResult(answer: ElicitAnswer): { action: 'accept'; content: Record<string, string | number | boolean | string[]> } | { action: 'decline' | 'cancel' } {
  if (answer.action !== 'accept') return { action: answer.action }
  return { action: 'accept', content: Object.fromEntries(Object.entries(answer.content).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value])) }
}

export interface Over {
  client: Client
  questions: OpenQuestions
  exited: Promise<ServerExit>
  request: ConnectRequest
  /** Turns what a request threw into a failure; may wait for the process to be gone. */
  explain(error: unknown, signal: AbortSignal): Promise<ConnectionFailure>
  /** Runs the request again when that makes sense (a sign-in was renewed). */
  around?<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>
  close(): void
}

export function connectionOver({ client, questions, exited, request, explain, around = (work) => work(), close }: Over): McpConnection {
  const watching = new Set<(open: number) => void>()
  questions.onChange = (open) => {
    for (const watch of watching) watch(open)
  }
  const capabilities = client.getServerCapabilities() ?? {}
  return {
    exited,
    offers: { resources: capabilities.resources !== undefined, prompts: capabilities.prompts !== undefined, instructions: client.getInstructions() ?? null },
    async listPage(cursor, signal, timeoutMs) {
      try {
        const page = await around(() => withOwnSignal(signal, (own) => client.request({ method: 'tools/list', ...(cursor === null ? {} : { params: { cursor } }) }, looseListSchema, { timeout: timeoutMs, signal: own })), signal)
        return { tools: page.tools, next: page.nextCursor ?? null }
      } catch (error) {
        throw await explain(error, signal)
      }
    },
    async ask(method, params, signal, timeoutMs) {
      try {
        return await around(() => withOwnSignal(signal, (own) => client.request({ method, params: { ...params } } as never, looseSchema, { timeout: timeoutMs, signal: own })), signal)
      } catch (error) {
        throw await explain(error, signal)
      }
    },
    async call(toolName, args, { signal, idleMs, totalMs, onProgress }) {
      const silence = new AbortController()
      const idle = idleTimer(idleMs, () => silence.abort('no answer in time'), questions.count)
      watching.add(idle.questions)
      try {
        return await around(() => withOwnSignal(signal, (own) => client.request({ method: 'tools/call', params: { name: toolName, arguments: args } }, looseSchema, {
          signal: own,
          // Silence is timed here, because the SDK's own time runs on while a person is asked.
          timeout: totalMs,
          maxTotalTimeout: totalMs,
          // Without a listener the SDK asks for no progress, and long work would look like silence.
          onprogress: (told) => {
            idle.restart()
            onProgress?.(toProgress(told))
          },
        }), silence.signal), signal)
      } catch (error) {
        if (idle.ran()) throw new ConnectionFailure('timeout', 'Request timed out', null, error)
        if (codeOf(error) === URL_ELICITATION_REQUIRED && request.elicit !== null) throw await openPages(error, request.elicit, signal)
        throw await explain(error, signal)
      } finally {
        watching.delete(idle.questions)
        idle.stop()
      }
    },
    close,
  }
}

/**
 * Gives each request a signal of its own: the SDK never takes its listener off, a turn's signal outlives many requests, and one that aborts later would
 * send the server a cancellation for each of them.
 */
export async function withOwnSignal<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>, other: AbortSignal | null = null): Promise<T> {
  const own = new AbortController()
  const sources = other === null ? [signal] : [signal, other]
  const endings = sources.map((source) => {
    const onAbort = (): void => own.abort(source.reason)
    source.addEventListener('abort', onAbort, { once: true })
    if (source.aborted) onAbort()
    return () => source.removeEventListener('abort', onAbort)
  })
  try {
    return await work(own.signal)
  } finally {
    for (const end of endings) end()
  }
}

interface IdleTimer {
  restart(): void
  questions(open: number): void
  ran(): boolean
  stop(): void
}

/** Runs `out` after so many ms without a `restart`; stands still while the person is asked something. */
function idleTimer(ms: number, out: () => void, open: number): IdleTimer {
  let timer: ReturnType<typeof setTimeout> | null = null
  let asked = open > 0
  let ran = false
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const restart = (): void => {
    // One timer is moved on instead of being made anew: progress may come thousands of times.
    if (asked || ran) return
    if (timer !== null) timer.refresh()
    else {
      timer = setTimeout(() => {
        ran = true
        out()
      }, ms)
    }
  }
  restart()
  return {
    restart,
    questions: (count) => {
      asked = count > 0
      if (asked) stop()
      else restart()
    },
    ran: () => ran,
    stop,
  }
}

/** The server's pages are shown one after the other; the call itself is the model's to make again. */
async function openPages(error: unknown, elicit: NonNullable<ConnectRequest['elicit']>, signal: AbortSignal): Promise<ConnectionFailure> {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  const list = typeof data === 'object' && data !== null && 'elicitations' in data && Array.isArray(data.elicitations) ? (data.elicitations as readonly Record<string, unknown>[]) : []
  for (const one of list) {
    const answer = await elicit({ mode: 'url', message: textOf(one['message']), url: textOf(one['url']) }, signal)
    if (answer.action !== 'accept') return new ConnectionFailure('refused', 'the person did not open the page that it needs first', URL_ELICITATION_REQUIRED, error)
  }
  return new ConnectionFailure('refused', 'it needs something done in the browser first; the page is open there. Make the same call again once the person says that they are done', URL_ELICITATION_REQUIRED, error)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

/** What any transport's failures have in common. */
export function toFailure(error: unknown, signal: AbortSignal, gone: boolean): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  const detail = message.replace(/^MCP error -?\d+: /, '')
  if (signal.aborted) return new ConnectionFailure('aborted', 'stopped', null, error)
  if (gone || message === 'Not connected') return new ConnectionFailure('exited', detail, null, error)
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return new ConnectionFailure('not-found', code, null, error)
  if (TIMED_OUT.test(message)) return new ConnectionFailure('timeout', detail, null, error)
  if (isZodError(error)) return new ConnectionFailure('refused', 'its answer does not follow the protocol', null, error)
  return new ConnectionFailure('refused', detail, typeof code === 'number' ? code : null, error)
}

/** The SDK's and our zod may be two copies, so the class cannot be compared. */
function isZodError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ZodError' || error.name === '$ZodError')
}
