/** Hosted answers are read tolerantly, but an amount or time that cannot be read is never made up. */
import { describe, expect, it } from 'vitest'
import { meSchema, usageEntrySchema } from './account.ts'
import { errorMessage } from './common.ts'
import { readDevicePoll } from './device-login.ts'
import { priceFromPayload, pricePayloadSchema } from './pricing.ts'

describe('readDevicePoll', () => {
  it('reads CodeGrex’s and RFC 8628’s words', () => {
    expect(readDevicePoll({ status: 'pending' })).toEqual({ kind: 'pending' })
    expect(readDevicePoll({ error: 'authorization_pending' })).toEqual({ kind: 'pending' })
    expect(readDevicePoll({ error: 'slow_down', interval: 7 })).toEqual({ kind: 'slow-down', intervalMs: 7000 })
    expect(readDevicePoll({ status: 'approved', ide_token: 't' })).toEqual({ kind: 'approved', token: 't' })
    expect(readDevicePoll({ access_token: 't' })).toEqual({ kind: 'approved', token: 't' })
    expect(readDevicePoll({ error: 'access_denied' })).toEqual({ kind: 'denied' })
    expect(readDevicePoll({ status: 'expired' })).toEqual({ kind: 'expired' })
  })
  it('does not take an approval without a token, or nonsense, for anything', () => {
    for (const body of [{ status: 'approved' }, {}, { status: 'maybe' }, null, 'approved', []]) expect(readDevicePoll(body)).toBeNull()
  })
})

describe('price payload', () => {
  const wire = { mode: 'surge', input_per_million_usd: 6, output_per_million_usd: '32', server_now: '2026-01-01T00:10:00Z', until: '2026-01-01T01:00:00Z' }
  it('becomes exact micro-dollars and the clock’s skew', () => {
    const price = priceFromPayload(pricePayloadSchema.parse(wire), Date.parse('2026-01-01T00:09:30Z'))
    expect(price.rate).toEqual({ inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 })
    expect(price.clockSkew).toBe(30_000)
    expect(price.until).toBe(Date.parse('2026-01-01T01:00:00Z'))
  })
  it('is refused without an amount', () => {
    expect(pricePayloadSchema.safeParse({ ...wire, input_per_million_usd: 'free' }).success).toBe(false)
  })
})

describe('account shapes', () => {
  it('keep a missing wallet unknown', () => {
    const me = meSchema.parse({ user: { id: 7, username: 'a' }, extra: true })
    expect(me.wallet).toBeUndefined()
    expect(me.user?.id).toBe('7')
  })
  it('read a usage entry with either unit', () => {
    const entry = usageEntrySchema.parse({ response_id: 'r', model: 'm', input_tokens: 1, output_tokens: 2, charged_usd: '0.000065', created_at: 1_767_225_600 })
    expect(entry.charged_usd).toBe(65)
    expect(entry.created_at).toBe(1_767_225_600_000)
  })
})

describe('errorMessage', () => {
  it('finds the sentence in every family’s error body', () => {
    expect(errorMessage({ error: 'Insufficient credits' })).toBe('Insufficient credits')
    expect(errorMessage({ error: { message: 'no', type: 'x' } })).toBe('no')
    expect(errorMessage({ type: 'error', error: { type: 'x', message: 'claude' } })).toBe('claude')
    expect(errorMessage({ detail: 'nope' })).toBe('nope')
    expect(errorMessage('text')).toBeNull()
  })
})
