/** For tests: what the scripted OpenAI servers (Chat Completions and Responses) have in common: keys, error bodies, headers, model lists. No Portico code. */
import { Refusal } from './checks.ts'
import type { Ids, Kind } from './kind.ts'
import type { Asked } from './script.ts'

/** The real texts of platform.openai.com’s errors. */
const USUAL: Readonly<Record<number, { type: string; message: string; code: string | null }>> = {
  400: { type: 'invalid_request_error', message: 'Bad request.', code: null },
  401: { type: 'invalid_request_error', message: 'Incorrect API key provided.', code: 'invalid_api_key' },
  402: { type: 'insufficient_quota', message: 'Insufficient Balance', code: 'invalid_request_error' },
  403: { type: 'invalid_request_error', message: 'You do not have access to this model.', code: 'model_not_found' },
  404: { type: 'invalid_request_error', message: 'The model does not exist or you do not have access to it.', code: 'model_not_found' },
  429: { type: 'requests', message: 'Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.', code: 'rate_limit_exceeded' },
  500: { type: 'server_error', message: 'The server had an error while processing your request. Sorry about that!', code: null },
  503: { type: 'server_error', message: 'The engine is currently overloaded, please try again later', code: null },
}

export const usualOpenAi: Kind['usual'] = (status) => USUAL[status] ?? { type: status >= 500 ? 'server_error' : 'invalid_request_error', message: `Something went wrong (${status}).`, code: null }

export const openAiErrorBody: Kind['errorBody'] = (refusal) => ({ error: { message: refusal.message, type: refusal.type, param: refusal.param, code: refusal.code } })

export const openAiHeaders = (requestId: string): Record<string, string> => ({
  'x-request-id': requestId, 'openai-version': '2020-10-01', 'openai-processing-ms': '12', 'openai-organization': 'scripted',
  'x-ratelimit-limit-requests': '10000', 'x-ratelimit-remaining-requests': '9999', 'x-ratelimit-limit-tokens': '2000000', 'x-ratelimit-remaining-tokens': '1999000',
})

export function checkBearer(asked: Asked, key: string | null): void {
  if (key !== null) {
    const { authorization } = asked.headers
    if (authorization === undefined) throw new Refusal("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", { status: 401 })
    if (authorization !== `Bearer ${key}`) throw new Refusal('Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.', { status: 401, code: 'invalid_api_key' })
  }
  const type = asked.headers['content-type']
  if (asked.method === 'POST' && !/^application\/json\b/.test(type ?? '')) {
    throw new Refusal(`Unsupported content type: '${type ?? ''}'. This API method only accepts 'application/json' requests.`, { status: 415, code: 'unsupported_content_type' })
  }
}

export function openAiModels(asked: Asked, models: readonly string[], _ids: Ids): { status: number; body: unknown } | null {
  const path = asked.path.split('?')[0] ?? ''
  if (asked.method !== 'GET' || !path.startsWith('/v1/models')) return null
  const one = (id: string): unknown => ({ id, object: 'model', created: 1_750_000_000, owned_by: 'system' })
  if (path === '/v1/models') return { status: 200, body: { object: 'list', data: models.map(one) } }
  const id = decodeURIComponent(path.slice('/v1/models/'.length))
  if (!models.includes(id)) throw new Refusal(`The model '${id}' does not exist`, { status: 404, param: 'model', code: 'model_not_found' })
  return { status: 200, body: one(id) }
}

/** An event of a stream whose events carry no name. */
export const dataLine = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
