/** What of another wire’s request is lost on the way, as notes, and what is left out without one. Pure. */
import type { Note } from '../codec.ts'
import type { Turn, WireName } from '../turn.ts'

/** As a note may spell it. */
export const noteWord = (word: unknown): string => (typeof word === 'string' && word !== '' ? word : 'part').toLowerCase().replace(/[^a-z0-9_-]/g, '_').slice(0, 60)

/** Request fields that are about keeping, billing, caching or transport, not about the answer: leaving them out needs no note. */
const BOOKKEEPING = new Set([
  'store', 'metadata', 'client_metadata', 'stream', 'stream_options', 'prompt_cache_retention', 'prompt_cache_options', 'context_management', 'service_tier', 'betas', 'anthropic_beta',
  'anthropic_version', 'include', 'mode', 'safety_identifier', 'user', 'inference_geo', 'speed', 'background', 'diagnostics', 'cache_control',
])

/** A caller with hundreds of unknown fields must not fill the answer’s headers. */
const MOST = 24

/** What is lost of a wire’s own fields when the request goes to an upstream of `wire` (null = of none of the three). */
export function extrasNotes(turn: Turn, wire: WireName | null): Note[] {
  if (turn.extras.wire === wire) return []
  return Object.entries(turn.extras.fields).filter(([field, value]) => !BOOKKEEPING.has(field) && !field.startsWith('x-') && changesAnswer(field, value))
    .slice(0, MOST).map(([field]) => `${noteWord(field)}-left-out`)
}

/** Values that say what is so anyway. An empty object may be a wish (`web_search_options: {}`), and a seed may be 0. */
const changesAnswer = (field: string, value: unknown): boolean =>
  !(value === null || value === undefined || value === false || value === '' || value === 'disabled' || (value === 0 && field !== 'seed') || (Array.isArray(value) && value.length === 0))

/** Claude Code’s first system block: a line for Anthropic’s accounting that changes with every request and would spoil another provider’s cache. */
export const isBillingLine = (text: string): boolean => text.startsWith('x-anthropic-billing-header:')
