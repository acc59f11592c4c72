/**
 * Carries one wire's opaque reasoning state through another wire's opaque field: Anthropic's signature as Responses' `encrypted_content`, and the reverse,
 * so that a client which hands back what it was given loses nothing. Pure. Ours begin with `portico1.`; anything else belongs to the wire it is found on.
 */
import type { ReasoningState } from './turn.ts'

const PREFIX = 'portico1.'

/** `text` travels along where the carrying field's own text may be shortened or left out by the client (Codex keeps only the encrypted part). */
export interface PackedReasoning {
  state: ReasoningState | null
  text: string
  form: 'full' | 'summary'
}

export function packReasoning(packed: PackedReasoning): string {
  return PREFIX + Buffer.from(JSON.stringify(packed)).toString('base64url')
}

/** Null when it is not one of ours (then it is the provider's own). A damaged one of ours is null too. */
export function unpackReasoning(text: string): PackedReasoning | null {
  if (!text.startsWith(PREFIX)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8'))
    if (!value || typeof value !== 'object' || !('text' in value) || typeof value.text !== 'string') return null
    const state = 'state' in value ? readState(value.state) : null
    return { state, text: value.text, form: 'form' in value && value.form === 'summary' ? 'summary' : 'full' }
  } catch {
    return null
  }
}

/** True for a field that `packReasoning` wrote, whole or damaged. */
export const isPackedReasoning = (text: string): boolean => text.startsWith(PREFIX)

function readState(value: unknown): ReasoningState | null {
  if (!value || typeof value !== 'object' || !('wire' in value)) return null
  if (value.wire === 'messages' && 'signature' in value && typeof value.signature === 'string') return { wire: 'messages', signature: value.signature }
  if (value.wire === 'messages' && 'redacted' in value && typeof value.redacted === 'string') return { wire: 'messages', redacted: value.redacted }
  if (value.wire === 'responses' && 'id' in value && typeof value.id === 'string') {
    return { wire: 'responses', id: value.id, encrypted: 'encrypted' in value && typeof value.encrypted === 'string' ? value.encrypted : null }
  }
  return null
}
