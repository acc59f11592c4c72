/** Keeps texts that are shown, stored or sent to a model within bounds. Pure. */
import { capText } from '../storage/cap-text.ts'

/** Most UTF-8 bytes of a tool result that a person or a model gets. */
export const MAX_RESULT_BYTES = 50 * 1024
/** Room for the line in which a tool says where the rest of its result is. */
const CAP_NOTE_BYTES = 4 * 1024
/** Most characters of a call's arguments that are shown. */
export const MAX_ARGUMENT_CHARACTERS = 20_000
/** Most characters of a one-line summary. */
const MAX_SUMMARY_CHARACTERS = 200

/** `text` when it has at most `maxBytes` UTF-8 bytes (a little more is let through: a tool's own cap adds a line); otherwise its head and tail. */
export function capBytes(text: string, maxBytes: number): string {
  // A UTF-16 unit is at most 3 bytes, so most texts need no counting.
  if (text.length * 3 <= maxBytes) return text
  const bytes = Buffer.from(text, 'utf8')
  return bytes.length <= maxBytes + CAP_NOTE_BYTES ? text : capText(bytes, maxBytes, 'only this much is kept')
}

/** `text` cut at `max` characters with a note of its full length. */
export function capCharacters(text: string, max: number): string {
  if (text.length <= max) return text
  const note = `\n… cut; ${text.length} characters in all`
  return dropHalfPair(text.slice(0, max - note.length)) + note
}

/** One line for a card or a list. */
export function oneLine(text: string, max: number = MAX_SUMMARY_CHARACTERS): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= max ? line : `${dropHalfPair(line.slice(0, max - 1))}…`
}

/** A cut between the two halves of a surrogate pair leaves one half: drop it. */
function dropHalfPair(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text
}
