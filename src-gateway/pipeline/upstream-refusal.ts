/** What an upstream's error answer means to the caller. Pure but for reading the body. An upstream that refuses our key or has no credit left is never told as the caller's own 401 or 402. */
import type { Readable } from 'node:stream'
import { collect } from '../http/collect.ts'
import type { Codec } from '../translate/codec.ts'
import type { TurnFailure } from '../translate/turn.ts'
import { UpstreamUnavailable, type ExchangeAnswer } from '../upstreams/pool.ts'
import { Refused, type Refusal } from './call.ts'

const MOST_ERROR_BYTES = 256_000

/** Headers of an upstream's answer that mean something to the caller. */
const PASSED_ON = /^(retry-after|retry-after-ms|x-should-retry|anthropic-ratelimit-[a-z-]+|openai-processing-ms|openai-version)$/

export function headersForCaller(headers: ExchangeAnswer['headers']): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string' && PASSED_ON.test(name)) out[name] = value
  const id = headers['request-id'] ?? headers['x-request-id']
  if (typeof id === 'string') out['x-upstream-request-id'] = id
  return out
}

/** Reads at most `most` bytes; what is longer is cut off there. */
export async function readBody(body: Readable, most: number): Promise<Buffer> {
  const { bytes, isCut } = await collect(body, most)
  if (isCut) body.destroy()
  return bytes
}

/** An answer other than 2xx. @param sameWire its body may be passed on as it is. */
export async function refusalOf(answer: ExchangeAnswer, upstreamName: string, codec: Pick<Codec, 'readError'>, sameWire: boolean): Promise<Refused> {
  const text = await wordsOf(answer)
  const read = codec.readError(answer.status, parse(text))
  const told = { ...read, message: plainWords(read.message) }
  const { failure, isOwn } = translateStatus(answer.status, told, upstreamName, sameWire)
  const type = answer.headers['content-type']
  const mayPass = sameWire && isOwn && typeof type === 'string' && type.includes('json') && parse(text) !== text
  return new Refused({
    failure, headers: headersForCaller(answer.headers), raw: mayPass ? { type, text } : null, upstreamStatus: answer.status,
    // 400, 413 and 422 would be the same elsewhere: the request itself is wrong.
    isWorthAnother: ![400, 413, 415, 422].includes(answer.status), isUpstreamsFault: answer.status >= 500,
  })
}

/** The status says enough when its words broke off, or never came. */
async function wordsOf({ body, hideKey }: ExchangeAnswer): Promise<string> {
  try {
    const text = (await readBody(body, MOST_ERROR_BYTES)).toString('utf8')
    return hideKey ? hideKey(text) : text
  } catch {
    return ''
  }
}

/** `isOwn`: the upstream's status and words may be the caller's. */
function translateStatus(status: number, told: TurnFailure, name: string, sameWire: boolean): { failure: TurnFailure; isOwn: boolean } {
  const words = told.message === '' ? '' : `: ${told.message}`
  if (status === 401 || status === 403) return { failure: { status: 502, code: 'upstream_refused_key', message: `The upstream “${name}” refuses its key${words}` }, isOwn: false }
  if (status === 402) return { failure: { status: 502, code: 'upstream_out_of_credit', message: `The upstream “${name}” has no credit left of its own${words}` }, isOwn: false }
  if (status < 400) return { failure: { status: 502, code: 'upstream_unexpected', message: `The upstream “${name}” answered with status ${status}` }, isOwn: false }
  if (status === 404) return { failure: { ...told, status, message: `The upstream “${name}” does not have this${words}` }, isOwn: true }
  if (status >= 500) return { failure: { ...told, status: sameWire || status === 529 || status === 503 || status === 504 ? status : 502, message: `The upstream “${name}” failed${words}` }, isOwn: true }
  return { failure: { ...told, status, message: told.message === '' ? `The upstream “${name}” answered with status ${status}` : told.message }, isOwn: true }
}

/** The upstream could not be asked at all. An abort is no refusal and is thrown on. */
export function refusalOfFailure(thrown: unknown): Refused {
  if (thrown instanceof Refused) return thrown
  if (!(thrown instanceof UpstreamUnavailable)) throw thrown
  const refusal: Refusal = {
    failure: { status: thrown.status, code: thrown.status === 429 ? 'rate_limit_exceeded' : 'upstream_unavailable', message: thrown.message },
    headers: thrown.retryAfterSeconds === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(thrown.retryAfterSeconds))) },
    raw: null, upstreamStatus: null, isWorthAnother: true, isUpstreamsFault: thrown.status === 502 || thrown.status === 504,
  }
  return new Refused(refusal, thrown)
}

/** A 200 whose body could not be read as an answer, or whose stream began with an error. */
export function refusalOfAnswer(failure: TurnFailure, upstreamName: string): Refused {
  const words = failure.message === '' ? '' : `: ${failure.message}`
  const status = failure.status >= 400 && failure.status < 600 && ![401, 402, 403].includes(failure.status) ? failure.status : 502
  return new Refused({
    failure: { ...failure, status, message: `The upstream “${upstreamName}” failed${words}` }, raw: null, upstreamStatus: null,
    headers: failure.retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(failure.retryAfter))) },
    isWorthAnother: ![400, 413, 422].includes(status), isUpstreamsFault: status >= 500,
  })
}

const MOST_WORDS = 2000

/** An upstream's words as one may show them: without control characters and what could not be read as text, and not endless (a proxy's whole page). */
function plainWords(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]+/g, ' ').trim()
  return plain.length > MOST_WORDS ? `${plain.slice(0, MOST_WORDS)}…` : plain
}

/** The value, or the text itself when it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
