/** For tests and benches: what a scripted server is told to answer, in words that fit every wire. Types and small makers; pure. No Portico code. */
import type { IncomingHttpHeaders } from 'node:http'

export type Json = Record<string, unknown>

/** A request as it came over the wire. */
export interface Asked {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  raw: Buffer
  /** Parsed; `{}` when there was none. */
  body: Json
  /** Why it was refused, or null. */
  refusal: string | null
  /** Pieces of the answer's stream that were written so far. */
  written: number
  /** True once the caller hung up before the answer was over. */
  aborted: boolean
  /** True once nothing more is written: answered whole, cut, or the caller is gone. */
  closed: boolean
}

/** A tool as the upstream was offered it. */
export interface OfferedTool {
  name: string
  /** Responses only. */
  namespace: string | null
  kind: 'function' | 'custom' | 'tool-search' | 'hosted'
  schema: Json
}

/** A model call, the same for every wire, so that one script serves them all. */
export interface Call {
  model: string
  stream: boolean
  tools: readonly OfferedTool[]
  /** What the newest user message says, all its text joined. */
  userText: string
  /** Everything instructions and system messages say, joined. */
  systemText: string
  /** Tool results that came after the newest answer of the model, in order; images and the like are left out of the text. */
  results: readonly { callId: string; text: string }[]
  /** How many of the model’s earlier thoughts the caller handed back in a form that the provider can go on from. */
  thoughts: number
  /** Which call this is, from 0, refused ones not counted. */
  number: number
  asked: Asked
}

export type Part =
  | { type: 'text'; text: string; deltas?: number }
  /** Thinking with a signature, a reasoning item with encrypted content, or `reasoning_content`. */
  | { type: 'reasoning'; text: string; deltas?: number }
  /** Anthropic’s block without text; other wires leave it out. */
  | { type: 'redacted' }
  | { type: 'tool'; tool: Pick<OfferedTool, 'name' | 'namespace' | 'kind'>; /** An object, or the raw text to send. */ input: Json | string; deltas?: number }

export interface Usage {
  /** All input, cached included. */
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
  reasoning: number
}

export interface GoodAnswer {
  parts: readonly Part[]
  usage: Usage
  stop: 'end' | 'length' | 'stop-sequence' | 'refused'
  /** Milliseconds before each piece of a stream. */
  delayMs: number
  /** Milliseconds before the head. */
  waitMs: number
  /** Destroys the socket after so many pieces. */
  cutAfter: number | null
  /** Writes nothing more after so many pieces, but keeps the connection. */
  hangAfter: number | null
  /** Writes the stream in pieces of so many bytes, cut anywhere, instead of event by event. */
  dripBytes: number | null
  /** After so many pieces the stream itself says that it failed, in the wire’s own words. */
  failAfter: number | null
  headers: Readonly<Record<string, string>>
}

export type Answer =
  | ({ type: 'good' } & GoodAnswer)
  /** `body` null = the wire’s usual words for this status. */
  | { type: 'error'; status: number; headers: Readonly<Record<string, string>>; body: unknown }
  /** Exactly these bytes. */
  | { type: 'raw'; status: number; headers: Readonly<Record<string, string>>; chunks: readonly (string | Uint8Array)[]; cut: boolean }
  | { type: 'hang' }

/** The answers in order, or one for each call. A list that is over answers 500 and says so. */
export type Script = readonly Answer[] | ((call: Call) => Answer | Promise<Answer>)

export const USAGE: Usage = { input: 1200, output: 60, cacheRead: 1000, cacheWrite: 0, reasoning: 0 }

export function answer(parts: readonly Part[] | string, options: Partial<Omit<GoodAnswer, 'parts' | 'usage'>> & { usage?: Partial<Usage> } = {}): Answer {
  const { usage, ...rest } = options
  return {
    type: 'good', parts: typeof parts === 'string' ? [{ type: 'text', text: parts }] : parts, stop: 'end', delayMs: 0, waitMs: 0, cutAfter: null, hangAfter: null, dripBytes: null,
    failAfter: null, headers: {}, ...rest, usage: { ...USAGE, ...usage },
  }
}

export function errorAnswer(status: number, options: { headers?: Record<string, string>; body?: unknown } = {}): Answer {
  return { type: 'error', status, headers: options.headers ?? {}, body: options.body ?? null }
}

export function rawAnswer(chunks: readonly (string | Uint8Array)[], options: { status?: number; headers?: Record<string, string>; cut?: boolean } = {}): Answer {
  return { type: 'raw', status: options.status ?? 200, headers: options.headers ?? { 'content-type': 'text/event-stream' }, chunks, cut: options.cut ?? false }
}

/** The offered tool whose name fits. @throws when none does, naming those there are: the script’s author must see what the upstream was really offered. */
export function offered(call: Call, name: RegExp): OfferedTool {
  const found = call.tools.find((tool) => name.test(tool.name))
  if (!found) throw new Error(`no tool like ${String(name)} was offered, only ${call.tools.map((tool) => (tool.namespace ? `${tool.namespace}/${tool.name}` : tool.name)).join(', ') || 'none'}`)
  return found
}

/** Calls the tool at first and, once its result is there, says what `then` makes of it. */
export function callThenSay(name: RegExp, input: Json | string, then: (result: string) => string = (result) => `The tool said: ${result}`): (call: Call) => Answer {
  return (call) => {
    if (call.results.length > 0) return answer(then(call.results.map((result) => result.text).join('\n')))
    const tool = offered(call, name)
    // A free-text tool is offered as a function with one text field where the wire has no free text.
    const asFunction = typeof input === 'string' && tool.kind === 'function' ? { [firstField(tool)]: input } : input
    return answer([{ type: 'text', text: 'I use a tool.' }, { type: 'tool', tool, input: asFunction }])
  }
}

function firstField(tool: OfferedTool): string {
  const properties = tool.schema['properties']
  return properties && typeof properties === 'object' ? (Object.keys(properties)[0] ?? 'input') : 'input'
}

/** Cuts a text into about equal pieces without breaking a character. */
export function pieces(text: string, count = Math.max(1, Math.min(8, Math.ceil(text.length / 12)))): string[] {
  const letters = Array.from(text)
  const size = Math.max(1, Math.ceil(letters.length / count))
  const found: string[] = []
  for (let at = 0; at < letters.length; at += size) found.push(letters.slice(at, at + size).join(''))
  return found
}
