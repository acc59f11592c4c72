/** Which addresses Portico speaks to, and how they are written down. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { normaliseBaseUrl } from './base-url.ts'

describe('normaliseBaseUrl', () => {
  it.each([
    ['https://gateway.example', 'https://gateway.example'],
    ['  https://gateway.example/  ', 'https://gateway.example'],
    ['https://Gateway.Example:8443/v1/', 'https://gateway.example:8443'],
    ['https://gateway.example/portico/v1', 'https://gateway.example/portico'],
    ['gateway.example', 'https://gateway.example'],
    ['gateway.example:8443', 'https://gateway.example:8443'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
    ['http://localhost:8787/v1', 'http://localhost:8787'],
    ['localhost:8787', 'http://localhost:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('reads %s as %s', (typed, base) => {
    expect(normaliseBaseUrl(typed)).toBe(base)
  })
  it.each([
    '', '   ', 'http://gateway.example', 'http://192.168.1.4:8787', 'ftp://gateway.example', 'file:///etc/passwd', 'javascript:alert(1)',
    'https://user:secret@gateway.example', 'https://gateway.example/?token=1', 'https://gateway.example/#x', 'https://', 'not an address',
    'http://127.0.0.1.evil.example', 'http://localhost.evil.example',
  ])('refuses %j', (typed) => {
    expect(() => normaliseBaseUrl(typed)).toThrowError(AppError)
  })
})
