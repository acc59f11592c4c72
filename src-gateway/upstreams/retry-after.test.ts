/** Every form in which an upstream says when to come back. */
import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')

it.each([
  ['seconds', { 'retry-after': '7' }, 7000],
  ['part of a second', { 'retry-after': '1.5' }, 1500],
  ['an HTTP date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
  ['a date gone by', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  ['OpenAI’s durations, of the limit that is used up', { 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-reset-requests': '8h', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
  ['a duration in milliseconds', { 'x-ratelimit-reset-tokens': '20ms' }, 20],
  ['hours, minutes and parts of a second', { 'x-ratelimit-reset-requests': '10m1.5s' }, 601_500],
  ['Anthropic’s times, the latest of those used up', {
    'anthropic-ratelimit-requests-remaining': '0', 'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:10Z',
    'anthropic-ratelimit-output-tokens-remaining': '0', 'anthropic-ratelimit-output-tokens-reset': '2026-01-01T12:00:40Z',
    'anthropic-ratelimit-input-tokens-remaining': '500', 'anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:30:00Z',
  }, 40_000],
  ['epoch milliseconds', { 'x-ratelimit-reset': String(NOW + 5000) }, 5000],
  ['epoch seconds', { 'x-ratelimit-reset': String(NOW / 1000 + 5) }, 5000],
  ['seconds from now', { 'x-ratelimit-reset-after': '3' }, 3000],
  ['the draft’s header', { 'ratelimit-remaining': '0', 'ratelimit-reset': '4' }, 4000],
  ['no more than an hour', { 'retry-after': '999999' }, 3_600_000],
  ['nothing', { 'content-type': 'text/plain' }, null],
  ['nothing that can be read', { 'retry-after': 'soon', 'x-ratelimit-reset-tokens': '' }, null],
  ['nothing when no limit is used up', { 'x-ratelimit-remaining-tokens': '100', 'x-ratelimit-reset-tokens': '1s' }, null],
])('%s', (_what, headers, expected) => {
  expect(retryAfterMs(headers, NOW)).toBe(expected)
})
