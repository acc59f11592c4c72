/**
 * What to send instead when a strict look-alike server refuses a request by naming something that the translation chose: each such wish can be said another way or
 * left out. Pure. Only requests the gateway wrote itself are changed; a caller's own bytes never are.
 */
import type { Note } from '../codec.ts'
import { editsFor, type Edit, type SoftKind } from './softer-edits.ts'

export type { SoftKind } from './softer-edits.ts'

type Body = Readonly<Record<string, unknown>>

export interface Softer {
  body: Record<string, unknown>
  note: Note
  /** Names the change, to begin with it the next time (`soften`). */
  word: string
}

/** How servers say that they do not take something at all. A value out of range is another matter. */
const REFUSED = /un(?:supported|known|recogni[sz]ed|expected|available|permitted)|not (?:currently )?(?:be )?(?:support|permit|allow|accept|recogni[sz]|available|implement|valid)|n['’]t (?:support|accept|allow)|extra (?:inputs?|fields?|param)|extra_forbidden|additional propert|no such|does not (?:exist|support|accept)|invalid (?:param|argument|field|request argument)|cannot (?:be )?(?:us|set|specif|includ)|remove (?:the|this)|\bonly supports?\b|incompatible/i
/** How they say that a word is none of theirs. */
const NO_SUCH_WORD = /input should be|must be (?:one of|either|['"‘“`])|should be (?:one of|['"‘“`])|expected one of|invalid value|invalid role|not one of/i

/** @param said The error's body as text. Null when it names nothing that could be said otherwise. */
export function softerRequest(kind: SoftKind, body: Body, said: string): Softer | null {
  const text = said.slice(0, 20_000)
  let first: { edit: Edit; at: number } | null = null
  for (const edit of editsFor(kind)) {
    const at = edit.names.exec(text)?.index ?? -1
    if (at === -1 || (first !== null && at >= first.at) || !(edit.isSure === true || REFUSED.test(text) || (edit.isWord === true && NO_SUCH_WORD.test(text)))) continue
    if (edit.change(body) !== null) first = { edit, at }
  }
  const changed = first?.edit.change(body) ?? null
  return first === null || changed === null ? null : { body: changed, note: first.edit.note, word: first.edit.word }
}

/** The request with every change that its upstream was found to need. */
export function soften(kind: SoftKind, body: Record<string, unknown>, words: ReadonlySet<string>): { body: Record<string, unknown>; notes: readonly Note[] } {
  const notes: Note[] = []
  let soft = body
  for (const edit of editsFor(kind)) {
    const changed = words.has(edit.word) ? edit.change(soft) : null
    if (changed === null) continue
    soft = changed
    notes.push(edit.note)
  }
  return { body: soft, notes }
}
