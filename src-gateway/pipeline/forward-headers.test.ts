/** What a caller's headers are at an upstream of the same wire. */
import { expect, it } from 'vitest'
import { headersForUpstream } from './forward-headers.ts'

it('everything travels on but what is of this connection, the caller’s sign-in, or a browser’s', () => {
  const kept = { 'content-type': 'application/json; charset=utf-8', 'x-stainless-os': 'Linux', 'anthropic-beta': 'a,b', 'user-agent': 'codex' }
  const back = { host: 'h', authorization: 'Bearer x', 'x-api-key': 'k', cookie: 'c', 'content-length': '3', 'accept-encoding': 'gzip', 'sec-fetch-site': 'none', 'x-forwarded-for': '1.2.3.4', 'x-portico-note': 'n', te: 'trailers' }
  expect(headersForUpstream({ ...kept, ...back })).toEqual(kept)
})
it('headers that the caller names as its connection’s own stay here', () => {
  expect(headersForUpstream({ 'content-type': 'application/json', connection: 'Keep-Alive, X-Hop', 'x-hop': '1', 'x-kept': '2' })).toEqual({ 'content-type': 'application/json', 'x-kept': '2' })
})
it('a body that was read as JSON is called JSON', () => {
  expect(headersForUpstream({ 'content-type': 'text/plain' })).toEqual({ 'content-type': 'application/json' })
})
