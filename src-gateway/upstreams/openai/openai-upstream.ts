/** Speaks to one OpenAI-compatible server: lists its models and streams its answers. Its failures are told as what they are, never as the caller's own. */
import { z } from 'zod'
import { errorMessage } from '../../../src-shared/http/common.ts'
import { HttpFailure } from '../../http/failure.ts'
import type { Fetch, Ids } from '../../machine.ts'
import type { TurnEvent } from '../../translate/turn.ts'
import type { Upstream } from '../upstream.ts'
import { createChunkReader } from './read-stream.ts'
import { chatRequestBody } from './request.ts'

export interface OpenAiServer {
  id: string
  name: string
  /** Without a slash at the end. */
  baseUrl: string
  key: string | null
}

const headersFor = (key: string | null): Record<string, string> => (key ? { authorization: `Bearer ${key}` } : {})

/** Waits as long as Node's fetch does by itself, 300 s for the first byte and between bytes: a model that loads from disk may need minutes. */
export function createOpenAiUpstream(server: OpenAiServer, fetch: Fetch, ids: Ids): Upstream {
  async function* stream(call: Parameters<Upstream['stream']>[0], signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: 'POST', redirect: 'error', signal, body: JSON.stringify(chatRequestBody(call)),
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headersFor(server.key) },
    }).catch((cause: unknown) => {
      throw isTimeout(cause)
        ? new HttpFailure(504, `The upstream “${server.name}” took too long to answer`, { cause })
        : new HttpFailure(502, `The upstream “${server.name}” does not answer`, { cause })
    })
    if (!response.ok || !response.body) throw await refusal(server, call.model, response)
    const reader = createChunkReader(server.name, () => ids.next('call_'))
    const decoder = new TextDecoder()
    try {
      for await (const bytes of response.body) {
        const { events, failure, isDone } = reader.push(decoder.decode(bytes, { stream: true }))
        for (const event of events) yield event
        if (failure) throw failure
        // Some servers keep the connection open after the last line.
        if (isDone) break
      }
    } catch (cause) {
      if (cause instanceof HttpFailure) throw cause
      throw new HttpFailure(502, `The upstream “${server.name}” broke off in the middle of its answer`, { cause })
    }
    for (const event of reader.end()) yield event
  }
  return { id: server.id, countsCharacters: false, stream }
}

/** `fetch` wraps its reason. */
function isTimeout(failure: unknown): boolean {
  const cause: unknown = failure instanceof Error ? failure.cause : null
  return cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_HEADERS_TIMEOUT'
}

async function refusal(server: OpenAiServer, model: string, response: Response): Promise<HttpFailure> {
  const text = await response.text().catch(() => '')
  const said = sentence(text)
  const tail = said ? `: ${said}` : ''
  const { status } = response
  const name = `The upstream “${server.name}”`
  if (status === 401 || status === 403) return new HttpFailure(502, `${name} refused its key${tail}`)
  if (status === 404) return new HttpFailure(404, `${name} does not know the model “${model}”${tail}`)
  if (status === 429) {
    const after = response.headers.get('retry-after')
    return new HttpFailure(429, `${name} asks to slow down${tail}`, after && /^\d+$/.test(after) ? { headers: { 'retry-after': after } } : {})
  }
  if (status >= 400 && status < 500) return new HttpFailure(400, `${name} refused the request${tail}`)
  return new HttpFailure(502, `${name} failed with status ${status}${tail}`)
}

function sentence(body: string): string | null {
  try {
    return errorMessage(JSON.parse(body))?.slice(0, 500) ?? null
  } catch {
    return body.length > 0 && body.length < 300 && !body.includes('<') ? body.trim() : null
  }
}

const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string().min(1).max(300) })) })

export type Probe = { reachable: true; models: string[] } | { reachable: false; reason: 'no-answer' | 'refused' | 'not-openai' | 'not-found' }

/** Asks for the models; never throws. */
export async function probeModels(baseUrl: string, key: string | null, fetch: Fetch, timeoutMs: number): Promise<Probe> {
  try {
    const response = await fetch(`${baseUrl}/models`, { redirect: 'error', headers: headersFor(key), signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    if (response.status === 404) return { reachable: false, reason: 'not-found' }
    if (!response.ok) return { reachable: false, reason: 'refused' }
    const parsed = modelList.safeParse(JSON.parse(text))
    return parsed.success ? { reachable: true, models: parsed.data.data.map((model) => model.id) } : { reachable: false, reason: 'not-openai' }
  } catch (failure) {
    return { reachable: false, reason: failure instanceof SyntaxError ? 'not-openai' : 'no-answer' }
  }
}
