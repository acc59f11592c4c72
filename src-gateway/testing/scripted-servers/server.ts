/**
 * For tests and benches: an HTTP server that plays one provider by a script. It speaks the provider’s true format, refuses what the provider refuses, and
 * remembers what it was asked. Plain node:http, no Portico code, so that what it shows is the gateway’s doing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chatKind } from './chat.ts'
import { Refusal, isObject } from './checks.ts'
import type { Ids, Kind } from './kind.ts'
import { messagesKind } from './messages.ts'
import { ollamaKind } from './ollama.ts'
import { playAnswer } from './play.ts'
import { responsesKind } from './responses.ts'
import type { Answer, Asked, Call, Json, Script } from './script.ts'

export const KINDS = ['chat', 'responses', 'messages', 'ollama'] as const
export type KindName = (typeof KINDS)[number]

export interface ScriptedServer {
  kind: KindName
  /** `http://127.0.0.1:PORT`, without a path. */
  origin: string
  /** What an OpenAI-compatible client is given as base address; the same as `origin` for messages and ollama. */
  baseUrl: string
  /** Everything, in order. */
  asked: readonly Asked[]
  /** Model calls that were well formed, in order. */
  calls: readonly Call[]
  /** Why requests were refused, in order. A journey that went well leaves this empty. */
  refusals: readonly string[]
  /** What went wrong in the script itself (it threw, or it was over). */
  problems: readonly string[]
  play(script: Script): void
  /** Forgets what it was asked. */
  forget(): void
  /** Answers that are still being written. */
  open(): number
  close(): Promise<void>
}

export interface ScriptedOptions {
  script?: Script
  models?: readonly string[]
  /** Null = none is asked for. */
  key?: string | null
  port?: number
  /** Keeps nothing of what it was asked, for benches. */
  forgetful?: boolean
}

const MODELS: Readonly<Record<KindName, readonly string[]>> = {
  chat: ['deepseek-chat', 'gpt-4.1'], responses: ['gpt-5.5', 'gpt-5.6-sol'], messages: ['claude-opus-4-8', 'claude-haiku-4-5'], ollama: ['qwen3:8b'],
}

const maker: Readonly<Record<KindName, () => Kind>> = { chat: chatKind, responses: responsesKind, messages: messagesKind, ollama: ollamaKind }

export async function scriptedServer(kindName: KindName, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const { models = MODELS[kindName], key = kindName === 'ollama' ? null : 'upstream-key', forgetful = false } = options
  const kind = maker[kindName]()
  const ids = countingIds()
  const [asked, calls, refusals, problems]: [Asked[], Call[], string[], string[]] = [[], [], [], []]
  let script: Script = options.script ?? []
  let number = 0
  let open = 0

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // A request's chunks are buffers when no encoding is set.
    const one: Asked = { method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers, raw: Buffer.concat(chunks), body: {}, refusal: null, written: 0, aborted: false, closed: false }
    if (!forgetful) asked.push(one)
    open += 1
    response.on('close', () => {
      open -= 1
      one.closed = true
      one.aborted = !response.writableFinished
    })
    const requestId = ids.next('req_', 24)
    const send = (status: number, headers: Readonly<Record<string, string>>, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...kind.headers(requestId), ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body))
    const problem = (text: string): void => {
      problems.push(text)
      send(500, {}, kind.errorBody({ status: 500, ...kind.usual(500), message: `The script has a problem: ${text}`, param: null }, requestId, one))
    }
    try {
      kind.checkHead(one, key)
      const route = kind.route(one.method, one.path.split('?')[0] ?? '')
      if (one.raw.length > 0) one.body = parseBody(one.raw)
      if (!route) {
        const other = kind.other(one, models, ids)
        if (!other) throw new Refusal(`Invalid URL (${one.method} ${one.path})`, { status: 404, type: kindName === 'messages' ? 'not_found_error' : 'invalid_request_error' })
        return send(other.status, {}, other.body)
      }
      route.check(one)
      const call: Call = { ...route.readCall(one), number, asked: one }
      if (!forgetful) calls.push(call)
      number += 1
      let chosen: Answer | undefined
      try {
        chosen = typeof script === 'function' ? await script(call) : script[call.number]
      } catch (failure) {
        return problem(failure instanceof Error ? failure.message : String(failure))
      }
      if (!chosen) return problem(`it has no answer number ${call.number + 1}`)
      await playAnswer(chosen, { call, route, kind, ids, requestId, response })
    } catch (failure) {
      if (!(failure instanceof Refusal)) return problem(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure))
      one.refusal = failure.message
      refusals.push(`${one.method} ${one.path}: ${failure.message}`)
      send(failure.status, {}, kind.errorBody(failure, requestId, one))
    }
  }
  const server = createServer((request, response) => {
    handle(request, response).catch((failure: unknown) => {
      // A caller that hangs up while it still sends is no problem of the script.
      if (!request.destroyed) problems.push(failure instanceof Error ? failure.message : String(failure))
      response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // It listens on a port, so this is no pipe's name.
  return {
    kind: kindName, origin, baseUrl: kindName === 'chat' || kindName === 'responses' ? `${origin}/v1` : origin, asked, calls, refusals, problems,
    play: (next) => {
      script = next
      number = 0
    },
    forget: () => {
      for (const list of [asked, calls, refusals, problems]) list.length = 0
    },
    open: () => open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function parseBody(raw: Buffer): Json {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (failure) {
    throw new Refusal(`We could not parse the JSON body of your request. (${failure instanceof Error ? failure.message : 'unknown'})`)
  }
  if (!isObject(value)) throw new Refusal('The body of your request must be a JSON object.')
  return value
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Looks like a provider’s ids and never repeats in one server. */
function countingIds(): Ids {
  let count = 0
  return {
    next: (prefix, length = 24) => {
      count += 1
      let [text, seed] = ['', (count * 2_654_435_761) % 4_294_967_296]
      for (let at = 0; at < length - 6; at += 1) {
        seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
        text += LETTERS[Math.floor((seed / 4_294_967_296) * LETTERS.length)] ?? 'x'
      }
      return `${prefix}${text}${String(count).padStart(6, '0')}`
    },
  }
}
