/**
 * What `previous_response_id` stands for, put into a call: one form for the upstream that keeps the earlier answer itself, another for everybody else.
 * Pure. An id is only ever an answer of the caller's own account: upstreams keep those of all accounts under one key.
 */
import { isPackedReasoning, unpackReasoning } from '../translate/reasoning-state.ts'
import type { Json } from '../translate/responses/fields.ts'
import { inputItemsOf } from '../translate/responses/input-items.ts'
import type { Target } from '../upstreams/pool.ts'
import type { ModelCall } from './call.ts'
import { changeMembers } from './raw-json.ts'
import { readTurn } from './read-call.ts'
import { nativeWire } from './wires.ts'

/** One earlier answer: what was asked for it and what it said. */
export interface HistoryLink {
  id: string
  items: readonly Json[]
  /** The upstream that gave the answer; null = not known any more. */
  answeredBy: string | null
}

/** A call's own words. */
export type CallForm = Pick<ModelCall, 'raw' | 'body' | 'turn'>

export interface CallHistory {
  /** As the caller wrote it. */
  asked: CallForm
  /** The upstream that keeps the newest answer under the id that the caller names; null = none. */
  keptBy: string | null
  /** Oldest first. */
  links: readonly HistoryLink[]
}

/** One try: a target and the call in the form that it understands. */
export interface Try {
  target: Target
  call: ModelCall
  /** Only to be made when the try before it was refused because the target keeps the earlier answer no more. */
  isFallback: boolean
  /** What the caller is told of this form, in `x-portico-notes`. */
  notes: readonly string[]
}

/** What was really asked, without the history. */
export const askedOf = (call: ModelCall): CallForm => call.history?.asked ?? call

/** The call with all that was said before in it, so that it is counted and reserved for as what it is. @throws HttpFailure 400 */
export function withHistory(call: ModelCall, history: Omit<CallHistory, 'asked'>): ModelCall {
  const asked: CallForm = { raw: call.raw, body: call.body, turn: call.turn }
  return { ...call, ...fullForm(asked, history.links.flatMap((link) => link.items)), history: { ...history, asked } }
}

/** The tries that a call makes at these targets, in order. */
export function triesOf(call: ModelCall, targets: readonly Target[]): Try[] {
  const { history } = call
  if (!history) return targets.map((target) => ({ target, call, isFallback: false, notes: [] }))
  return targets.flatMap((target): Try[] => {
    if (nativeWire(target.upstream.kind) !== 'responses') return [{ target, call, isFallback: false, notes: [] }]
    const before = history.links.flatMap((link) => itemsFor(link, target.upstream.id))
    const notes = before.length < history.links.reduce((sum, link) => sum + link.items.length, 0) ? ['reasoning-left-out'] : []
    const full = inForm(call, fullForm(history.asked, before))
    if (!call.canPassThrough || history.keptBy !== target.upstream.id) return [{ target, call: full, isFallback: false, notes }]
    return [{ target, call: inForm(call, history.asked), isFallback: false, notes: [] }, { target, call: full, isFallback: true, notes }]
  })
}

/** The model stays the one that the call was moved to, if it was. */
const inForm = (call: ModelCall, form: CallForm): ModelCall => ({ ...call, ...form, turn: { ...form.turn, model: call.turn.model } })

function fullForm(asked: CallForm, before: readonly Json[]): CallForm {
  const { previous_response_id: previous, ...rest } = asked.body
  const body = { ...rest, input: [...before, ...inputItemsOf(asked.body['input'])] }
  // Every other byte stays the caller's where the upstream speaks its wire.
  const raw = Object.hasOwn(asked.body, 'input') ? changeMembers(asked.raw, { previous_response_id: undefined, input: body.input }) : JSON.stringify(body)
  const turn = readTurn('responses', body)
  // The answer says what it was built on, although the upstream is not told.
  return { body, raw, turn: { ...turn, extras: { ...turn.extras, fields: { ...turn.extras.fields, previous_response_id: previous } } } }
}

/** Another provider of this wire knows neither the ids of an answer's items nor its encrypted reasoning, and refuses both. */
function itemsFor(link: HistoryLink, upstreamId: string): readonly Json[] {
  if (link.answeredBy === upstreamId) return link.items
  return link.items.flatMap((item): Json[] => {
    if (item['type'] === 'reasoning') return isForeign(item['encrypted_content']) ? [] : [item]
    const { id: _id, ...rest } = item
    return [rest]
  })
}

/** State of another wire that we packed travels on: it is unpacked and left out with a note where it cannot be said. */
function isForeign(encrypted: unknown): boolean {
  if (typeof encrypted !== 'string' || !isPackedReasoning(encrypted)) return true
  return unpackReasoning(encrypted)?.state?.wire === 'responses'
}
