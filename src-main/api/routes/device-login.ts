/** Device login over CodeGrex's documented routes (`/v1/auth/device/*`), understood by every gateway Portico signs in to. */
import { AppError } from '../../../src-shared/errors.ts'
import { DEVICE_ROUTES, deviceStartAnswerSchema, readDevicePoll, type DevicePoll } from '../../../src-shared/http/device-login.ts'
import { z } from 'zod'
import type { Http } from '../http.ts'
import type { DeviceLogin } from '../ports.ts'

/** What the approval page may say about the program that asks. */
export interface ClientInfo {
  platform: string
  version: string
}

const POLL_TIMEOUT = 20_000
/** An answer we cannot read as a poll fails the schema, and so becomes `api.unexpected-answer`. */
const pollSchema = z.unknown().transform((body, context): DevicePoll => {
  const poll = readDevicePoll(body)
  if (poll) return poll
  context.addIssue({ code: 'custom', message: 'not a poll answer' })
  return z.NEVER
})

export function createDeviceLogin(http: Http, client: ClientInfo): DeviceLogin {
  return {
    async start(baseUrl, signal) {
      try {
        return await http.json({ url: baseUrl + DEVICE_ROUTES.start, body: { client_info: client }, schema: deviceStartAnswerSchema, signal })
      } catch (thrown) {
        // A gateway without the route answers 404 or 405: say that, instead of "not found".
        const missing = thrown instanceof AppError && (thrown.code === 'api.not-found' || thrown.fields['status'] === 405)
        throw missing ? new AppError('auth.unsupported', { url: baseUrl }, { cause: thrown }) : thrown
      }
    },
    poll: (baseUrl, deviceCode, signal) =>
      http.json({
        url: baseUrl + DEVICE_ROUTES.poll, body: { device_code: deviceCode }, schema: pollSchema, signal, timeoutMs: POLL_TIMEOUT,
        // RFC 8628 sends "pending" and its kin with status 400; others use 403, 404, 410 or 428.
        readFailure: (status, body) => (status < 500 && status !== 429 ? readDevicePoll(body) : null),
      }),
    async revoke(connection) {
      try {
        await http.json({ url: connection.baseUrl + DEVICE_ROUTES.revoke, token: connection.token, body: { token: connection.token }, schema: z.unknown() })
      } catch (thrown) {
        if (thrown instanceof AppError && (thrown.code === 'api.unauthorized' || thrown.code === 'api.not-found')) return
        throw thrown
      }
    },
  }
}
