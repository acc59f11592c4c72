/** For tests: the opaque fields a provider gives out and later checks (signatures, encrypted reasoning), so that a foreign or changed one is noticed. Pure. No Portico code. */
import { createHmac } from 'node:crypto'

const mac = (provider: string, text: string): string => createHmac('sha256', `scripted-${provider}`).update(text).digest('base64')

/** Anthropic’s signature over what was thought. */
export const sign = (text: string): string => `EqQB${mac('messages-signature', text)}`
export const isSigned = (text: string, signature: unknown): boolean => signature === sign(text)

/** Sealed bytes that only their maker can check: OpenAI’s `encrypted_content`, Anthropic’s redacted thinking. */
export function seal(provider: 'responses' | 'messages', text: string): string {
  const body = Buffer.from(text).toString('base64url')
  return `${provider === 'responses' ? 'gAAAAA' : 'EroB'}${body}.${mac(provider, body)}`
}
export function isSealed(provider: 'responses' | 'messages', sealed: unknown): boolean {
  if (typeof sealed !== 'string') return false
  const found = /^(?:gAAAAA|EroB)([A-Za-z0-9_-]*)\.(.+)$/.exec(sealed)
  return found !== null && sealed === `${provider === 'responses' ? 'gAAAAA' : 'EroB'}${found[1] ?? ''}.${mac(provider, found[1] ?? '')}`
}
