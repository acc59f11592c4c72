/** Device login as CodeGrex documents it (`/v1/auth/device/*`), with RFC 8628's words accepted as well. */
import { z } from 'zod'

export const DEVICE_ROUTES = {
  start: '/v1/auth/device/start', poll: '/v1/auth/device/poll', approve: '/v1/auth/device/approve',
  deny: '/v1/auth/device/deny', revoke: '/v1/auth/device/revoke',
} as const

export const deviceStartRequestSchema = z.object({
  client_info: z.looseObject({ platform: z.string().max(100).optional(), version: z.string().max(100).optional() }).optional(),
})

export const deviceStartAnswerSchema = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.url(),
  verification_uri_complete: z.url().optional(),
  /** Seconds. */
  expires_in: z.number().positive(),
  /** Seconds between polls; RFC 8628 says 5 when absent. */
  interval: z.number().positive().default(5),
})
export type DeviceStartAnswer = z.output<typeof deviceStartAnswerSchema>

export const devicePollRequestSchema = z.object({ device_code: z.string().min(1).max(500) })

/** `status` is CodeGrex's word; `error` is RFC 8628's. The token comes as `ide_token` (CodeGrex) or `access_token`. */
export const devicePollAnswerSchema = z.looseObject({
  status: z.string().optional(),
  error: z.string().optional(),
  ide_token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  /** Seconds; the new interval after `slow_down`, when the server names one. */
  interval: z.number().positive().optional(),
})

export type DevicePoll =
  | { kind: 'pending' }
  | { kind: 'slow-down'; intervalMs: number | null }
  | { kind: 'approved'; token: string }
  | { kind: 'denied' }
  | { kind: 'expired' }

/** Reads a poll answer whatever words it uses; null = not understood. */
export function readDevicePoll(body: unknown): DevicePoll | null {
  const parsed = devicePollAnswerSchema.safeParse(body)
  if (!parsed.success) return null
  const { status, error, ide_token, access_token, interval } = parsed.data
  const token = ide_token ?? access_token
  switch (status ?? error) {
    case 'approved': return token ? { kind: 'approved', token } : null
    case 'pending': case 'authorization_pending': return { kind: 'pending' }
    case 'slow_down': return { kind: 'slow-down', intervalMs: interval ? interval * 1000 : null }
    case 'denied': case 'access_denied': return { kind: 'denied' }
    case 'expired': case 'expired_token': return { kind: 'expired' }
    case undefined: return token ? { kind: 'approved', token } : null
    default: return null
  }
}

export const userCodeRequestSchema = z.object({ user_code: z.string().min(1).max(40) })
