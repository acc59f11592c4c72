/** Asks an upstream which models it has, in the words of its kind; never throws. */
import { z } from 'zod'
import type { ListedModel } from './offered.ts'
import { UpstreamUnavailable } from './pool.ts'
import type { Transport } from './transport.ts'
import { pathUnder, type HttpKind, type UpstreamBase } from './upstream-url.ts'

export interface DiscoveryRequest {
  transport: Transport
  kind: HttpKind
  base: UpstreamBase
  name: string
  /** With the key, as for a call. */
  headers: Readonly<Record<string, string>>
  /** For the whole of it, ms. */
  limit: number
}

export type Discovery =
  | { reachable: true; models: ListedModel[] }
  /** `no-list` = it answers, but has no list of models where its kind has one. */
  | { reachable: false; reason: 'no-answer' | 'refused' | 'no-list'; message: string }

/** What asking by the way takes at most, ms: whoever reads the list waits for it. */
export const DISCOVERY_MS = 1500
/** The same when a person added or changed the upstream and looks at it: a far or busy server may take its time. */
export const PATIENT_DISCOVERY_MS = 8000
const MOST_BYTES = 8_000_000
/** Ollama tells the context length of one model at a time. */
const SHOWN_AT_ONCE = 8

const modelName = z.string().min(1).max(300)
const size = z.int().positive().nullish().catch(null)
/** OpenAI says no context length; others add it under these names (OpenRouter, Groq, vLLM, LM Studio, Anthropic). */
const listSchema = z.object({
  data: z.array(z.looseObject({ id: modelName, context_length: size, context_window: size, max_model_len: size, max_context_length: size, max_input_tokens: size })).max(10_000),
})
const tagsSchema = z.object({ models: z.array(z.looseObject({ name: modelName.optional(), model: modelName.optional() })).max(10_000) })
const showSchema = z.looseObject({ model_info: z.record(z.string(), z.unknown()).nullish(), capabilities: z.array(z.string()).nullish() })

export async function discoverModels(request: DiscoveryRequest): Promise<Discovery> {
  const deadline = AbortSignal.timeout(request.limit)
  try {
    if (request.kind === 'ollama') return { reachable: true, models: await ollamaModels(request, deadline) }
    const { data } = await ask(request, deadline, 'GET', request.kind === 'messages' ? '/models?limit=1000' : '/models', null, listSchema)
    const models = data.map((each) => ({
      id: each.id, contextWindow: each.context_length ?? each.context_window ?? each.max_model_len ?? each.max_context_length ?? each.max_input_tokens ?? null,
    }))
    return { reachable: true, models }
  } catch (failure) {
    if (failure instanceof NoList) return { reachable: false, reason: failure.reason, message: failure.message }
    if (failure instanceof UpstreamUnavailable) return { reachable: false, reason: 'no-answer', message: failure.message }
    return { reachable: false, reason: 'no-answer', message: `The upstream “${request.name}” did not say within ${request.limit / 1000} s which models it has` }
  }
}

class NoList extends Error {
  readonly reason: 'refused' | 'no-list'
  constructor(reason: 'refused' | 'no-list', message: string) {
    super(message)
    this.reason = reason
  }
}

async function ask<T>(request: DiscoveryRequest, signal: AbortSignal, method: 'GET' | 'POST', path: string, body: string | null, schema: z.ZodType<T>): Promise<T> {
  const { transport, base, name, headers, limit } = request
  const answer = await transport.send({
    base, name, method, path: pathUnder(base, path), body, signal, timeouts: { connect: limit, firstByte: limit, idle: limit, total: null },
    headers: { ...headers, accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }) },
  })
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer.body) {
    // Bodies of the transport are bytes.
    pieces.push(piece as Buffer)
    length += (piece as Buffer).length
    if (length > MOST_BYTES) throw new NoList('no-list', `The upstream “${name}” sends an endless list of models`)
  }
  if (answer.status === 401 || answer.status === 403) throw new NoList('refused', `The upstream “${name}” refused its key`)
  if (answer.status === 429) throw new NoList('refused', `The upstream “${name}” asks to slow down`)
  if (answer.status >= 300) throw new NoList('no-list', `The upstream “${name}” answered with status ${answer.status} when asked for its models`)
  const parsed = schema.safeParse(parseJson(Buffer.concat(pieces).toString('utf8')))
  if (!parsed.success) throw new NoList('no-list', `The upstream “${name}” answered something else when asked for its models`)
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Models that cannot write (embeddings) are left out. A model whose details come too late is listed without them. */
async function ollamaModels(request: DiscoveryRequest, signal: AbortSignal): Promise<ListedModel[]> {
  const { models: tags } = await ask(request, signal, 'GET', '/api/tags', null, tagsSchema)
  const names = tags.flatMap((tag) => tag.model ?? tag.name ?? [])
  const found: (ListedModel | null)[] = names.map((id) => ({ id, contextWindow: null }))
  const left = [...names.entries()]
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [at, id] = next
      const shown = await ask(request, signal, 'POST', '/api/show', JSON.stringify({ model: id }), showSchema).catch(() => null)
      if (!shown) continue
      const canWrite = !shown.capabilities || shown.capabilities.includes('completion')
      found[at] = canWrite ? { id, contextWindow: contextLength(shown.model_info ?? {}) } : null
    }
  }
  await Promise.all(Array.from({ length: SHOWN_AT_ONCE }, worker))
  return found.filter((model) => model !== null)
}

function contextLength(info: Readonly<Record<string, unknown>>): number | null {
  const architecture = info['general.architecture']
  const length = typeof architecture === 'string' ? info[`${architecture}.context_length`] : null
  return typeof length === 'number' && Number.isInteger(length) && length > 0 ? length : null
}
