import { describe, expect, it } from 'vitest'
import { readError, writeError } from './errors.ts'

describe('errors in Anthropic’s words', () => {
  it.each([
    [400, 'invalid_request_error'], [401, 'authentication_error'], [402, 'billing_error'], [403, 'permission_error'], [404, 'not_found_error'], [409, 'invalid_request_error'],
    [413, 'request_too_large'], [422, 'invalid_request_error'], [429, 'rate_limit_error'], [500, 'api_error'], [502, 'api_error'], [503, 'overloaded_error'], [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('%i is %s', (status, type) => {
    expect(writeError({ status, code: 'x', message: 'Why' }, 'req_1')).toEqual({ type: 'error', error: { type, message: 'Why' }, request_id: 'req_1' })
  })

  it.each<[unknown, string | null, string]>([
    [{ type: 'error', error: { type: 'rate_limit_error', message: 'Too fast' } }, 'rate_limit_error', 'Too fast'],
    [{ error: { message: 'No key', code: 'invalid_api_key' } }, 'invalid_api_key', 'No key'],
    [{ error: 'plain' }, null, 'plain'],
    [{ detail: 'Not here' }, null, 'Not here'],
    ['<html><head><style>b{}</style></head><body><h1>502 Bad\n Gateway</h1></body></html>', null, '502 Bad Gateway'],
    ['', null, 'The provider answered 418 without a reason.'],
    [null, null, 'The provider answered 418 without a reason.'],
    [[1], null, 'The provider answered 418 without a reason.'],
    [{ type: 'error', error: { type: 7, message: null } }, null, 'The provider answered 418 without a reason.'],
  ])('reads %j', (body, code, message) => {
    expect(readError(418, body)).toEqual({ status: 418, code, message })
  })

  it('quotes a long text only so far', () => {
    expect(readError(500, 'x'.repeat(10_000)).message).toHaveLength(501)
  })
})
