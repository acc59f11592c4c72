/** Every code has words that say what to do next, and nothing unexpected crosses a border. */
import { describe as group, expect, it } from 'vitest'
import { APP_ERROR_CODES, AppError, describe, toErrorData } from './errors.ts'

group('describe', () => {
  it('gives every code a title and an action', () => {
    for (const code of APP_ERROR_CODES) {
      const words = describe({ code, fields: {}, retryable: false })
      expect(words.title.length, code).toBeGreaterThan(3)
      expect(words.action.length, code).toBeGreaterThan(3)
      expect(`${words.title} ${words.detail} ${words.action}`, code).not.toMatch(/undefined|null|NaN/)
    }
  })
  it('builds words from fields', () => {
    const words = describe({ code: 'api.rate-limited', fields: { retryAfterMs: 12_300, requestId: 'req_1' }, retryable: true })
    expect(words.detail).toContain('13 s')
    expect(words.detail).toContain('req_1')
  })
})

group('toErrorData', () => {
  it('keeps an AppError’s code and fields but never its cause', () => {
    const error = new AppError('storage.failed', { path: 'a.json', reason: 'EACCES' }, { cause: new Error('secret detail') })
    expect(JSON.stringify(toErrorData(error))).not.toContain('secret detail')
    expect(toErrorData(error)).toEqual({ code: 'storage.failed', fields: { path: 'a.json', reason: 'EACCES' }, retryable: false })
  })
  it('hides the text of what we did not expect', () => {
    expect(toErrorData(new TypeError('token abc'))).toEqual({ code: 'internal', fields: {}, retryable: false })
    expect(toErrorData('text')).toEqual({ code: 'internal', fields: {}, retryable: false })
  })
})
