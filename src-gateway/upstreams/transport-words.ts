/** What went wrong on the way to an upstream, in plain words. Pure. */
import { UpstreamUnavailable } from './pool.ts'

/** The caller ended the call. */
export function stoppedError(): Error {
  return new DOMException('The call was stopped', 'AbortError')
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|ERR_TLS|ERR_SSL|EPROTO/

/** No answer at all. */
export function unreachable(name: string, failure: NodeJS.ErrnoException): UpstreamUnavailable {
  const code = codeOf(failure)
  return new UpstreamUnavailable(code === 'ETIMEDOUT' ? 504 : 502, `The upstream “${name}” does not answer: ${reason(code)}`, { cause: failure })
}

/** The answer began and did not end; our own failures stay what they are. */
export function brokeOff(name: string, failure: Error): Error {
  if (failure instanceof UpstreamUnavailable || failure.name === 'AbortError') return failure
  return new UpstreamUnavailable(502, `The upstream “${name}” broke off in the middle of its answer`, { cause: failure })
}

function reason(code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens at its address'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its host name cannot be found'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'it closed the connection'
  if (code === 'ETIMEDOUT') return 'no connection in time'
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no way to its address'
  if (code === 'ERR_PROXY_TUNNEL') return 'the proxy did not let the call through'
  if (code.startsWith('HPE_')) return 'what it sent is not HTTP'
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN') return 'a header or the key for it has characters that cannot be sent'
  if (CERTIFICATE.test(code)) return `its certificate is not trusted (${code})`
  return code === '' ? 'the connection failed' : `the connection failed (${code})`
}

/** Several addresses tried at once fail as one AggregateError, whose parts know why. */
function codeOf(failure: unknown): string {
  if (failure instanceof AggregateError && failure.errors.length > 0) return codeOf(failure.errors[0])
  return failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : ''
}
