/** A model that takes shorter answers than asked for says so; its words decide the next try. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { smallerAnswer } from './answer-limit.ts'

const refused = (message: string) => new AppError('api.bad-request', { message })

describe('smallerAnswer', () => {
  it.each([
    ['max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for this model', 8_192],
    ['max_tokens is too large: 64000. This model supports at most 16384 completion tokens.', 16_384],
    ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8_192],
    ['max_tokens is too large', 16_384],
  ])('reads %j', (message, limit) => expect(smallerAnswer(refused(message), 64_000)).toBe(limit))

  it('gets smaller each time and then gives up', () => {
    expect(smallerAnswer(refused('max_tokens too large'), 16_384)).toBe(8_192)
    expect(smallerAnswer(refused('max_tokens too large'), 4_096)).toBeNull()
  })
  it('leaves other refusals alone', () => {
    expect(smallerAnswer(refused('prompt is too long: 300000 tokens'), 64_000)).toBeNull()
    expect(smallerAnswer(new AppError('api.server-error', { message: 'max_tokens' }), 64_000)).toBeNull()
    expect(smallerAnswer(new Error('max_tokens'), 64_000)).toBeNull()
  })
})
