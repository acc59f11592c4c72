/** An error that arrives inside a stream, after the 200, as the same `AppError` its HTTP status would have given. Pure. */
import { AppError, type AppErrorCode } from '../../../src-shared/errors.ts'
import { errorMessage } from '../../../src-shared/http/common.ts'

/** Error types and codes of the Anthropic and OpenAI shapes; first match wins. */
const KINDS: readonly (readonly [RegExp, AppErrorCode])[] = [
  [/rate_limit|too_many_requests|^429$/, 'api.rate-limited'],
  [/billing|insufficient|payment|quota|credit|^402$/, 'api.payment-required'],
  [/authentication|unauthorized|invalid_api_key|^401$/, 'api.unauthorized'],
  [/permission|forbidden|^403$/, 'api.forbidden'],
  [/not_found|^404$/, 'api.not-found'],
  [/invalid_request|context_length|bad_request|^400$/, 'api.bad-request'],
]

/** `payload` is the whole event (`{error: …}`); an unknown kind counts as the server's own problem. */
export function streamError(payload: unknown, requestId: string | null): AppError {
  const kind = kindOf(payload)
  const code = KINDS.find(([pattern]) => kind.some((word) => pattern.test(word)))?.[1] ?? 'api.server-error'
  const status = kind.includes('overloaded_error') ? 529 : 500
  return new AppError(code, {
    requestId,
    message: errorMessage(payload)?.slice(0, 500) ?? null,
    ...(code === 'api.server-error' ? { status } : {}),
  })
}

function kindOf(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null || !('error' in payload)) return []
  const { error } = payload
  if (typeof error !== 'object' || error === null) return []
  const words = [
    'type' in error ? error.type : null,
    'code' in error ? error.code : null,
    'status' in error ? error.status : null,
  ]
  return words.filter((word) => typeof word === 'string' || typeof word === 'number').map((word) => String(word).toLowerCase())
}
