/** Answers kept for later: Responses objects and stored chat completions; what an answer built on (`previous_response_id`, `item_reference`) is found here and put into the call. */
import { HttpFailure } from '../http/failure.ts'
import { LEASE_MS } from '../ledger/leases.ts'
import type { Clock } from '../machine.ts'
import type { Database } from '../store/database.ts'
import type { StoredObject, StoredObjects } from '../store/stored-objects.ts'
import { objectsOf, type Json } from '../translate/responses/fields.ts'
import { inputItemsOf, outputAsInput } from '../translate/responses/input-items.ts'
import type { KeepAnswer, ModelCall } from './call.ts'
import { askedOf, withHistory, type HistoryLink } from './history.ts'
import { createItemReferences } from './item-references.ts'
import { parseObject } from './pass-through.ts'
import { changeMembers } from './raw-json.ts'
import { readTurn } from './read-call.ts'
import { CODECS } from './wires.ts'

export interface StoredAnswers {
  /** The call as it really runs: with what it refers to put in, and with what is to be kept of its answer. @throws HttpFailure 400 when nobody of this account has it. */
  prepare(call: ModelCall): Promise<ModelCall>
  /** A background answer that has begun; returns the object the caller is given. */
  begin(call: ModelCall, id: string): Promise<Record<string, unknown>>
  /** Its end, unless it was cancelled or deleted meanwhile. */
  finishBackground(call: ModelCall, id: string, body: Readonly<Record<string, unknown>>): Promise<void>
  /** False when a background answer was cancelled or deleted. */
  isWanted(accountId: string, id: string): Promise<boolean>
  /** A response; one whose process died before its end is told as failed. Null when this account has none of that id. @param isRunning this process works on it. */
  find(accountId: string, id: string, isRunning: boolean): Promise<StoredObject | null>
  /** All that was said up to and with an answer, oldest first. @throws HttpFailure 400 when a part of it is gone. */
  history(accountId: string, id: string): Promise<HistoryLink[]>
  /** What the calls of one request were charged, in micro-dollars. */
  chargedFor(accountId: string, requestId: string): Promise<number>
}

const DAY_MS = 86_400_000
/** As OpenAI does. */
const KEPT_DAYS = 30
/** A conversation longer than this by reference must be compacted first. */
const MOST_LINKS = 1000
/** Of all its parts, in characters: twice what one request may have. No upstream takes more, and it is all held in memory at once. */
const MOST_HISTORY = 64_000_000

/** @param keptDays null = 30 */
export function createStoredAnswers(objects: StoredObjects, database: Database, clock: Clock, keptDays: number | null = null): StoredAnswers {
  const keptMs = (keptDays ?? KEPT_DAYS) * DAY_MS
  const references = createItemReferences(objects)

  const put = async (call: ModelCall, id: string, body: Record<string, unknown>, upstreamId: string | null): Promise<void> => {
    const isResponse = call.wire === 'responses'
    const asked = askedOf(call).body
    const previous = asked['previous_response_id'] ?? null
    // An upstream that repeats its ids would make an answer its own ancestor: such a one keeps all that was said itself.
    const links = call.history?.links ?? []
    const isOwnAncestor = links.some((link) => link.id === id)
    const items = isResponse ? [...(isOwnAncestor ? links.flatMap((link) => link.items) : []), ...inputItemsOf(asked['input'])] : (asked['messages'] ?? [])
    const object: StoredObject = {
      accountId: call.caller.account.id, kind: isResponse ? 'response' : 'chat', id, input: JSON.stringify(items), metadata: metadataOf(asked), model: call.turn.model, upstreamId,
      body: JSON.stringify(isResponse ? { ...body, previous_response_id: isOwnAncestor ? null : previous } : body), createdAt: clock.now(), expiresAt: clock.now() + keptMs,
    }
    await objects.put(object)
    if (isResponse) references.learn(object)
  }

  /** Null when nothing is to be kept: Responses keep unless `store` is false, chat completions only when it is true. */
  const keepFor = (call: ModelCall): KeepAnswer | null => {
    if (call.wire === 'responses') {
      if (call.body['store'] === false) return null
      // Only an upstream that says so keeps it too; many that speak the wire keep nothing.
      return ({ responseId, body, keptBy }) => put(call, responseId, body, body['store'] === true ? keptBy : null)
    }
    if (call.wire !== 'chat-completions' || call.body['store'] !== true) return null
    return ({ responseId, body, keptBy }) => put(call, responseId, { ...body, metadata: metadataOf(call.body) }, keptBy)
  }

  const history: StoredAnswers['history'] = async (accountId, id) => {
    const links: Omit<HistoryLink, 'answeredBy'>[] = []
    const seen = new Set<string>()
    let size = 0
    for (let next: string | null = id; next !== null;) {
      const found: StoredObject | null = seen.has(next) ? null : await objects.get(accountId, 'response', next)
      // An answer whose beginning is gone is better refused than answered as if nothing had been said.
      if (!found) throw refused(next === id ? `the answer “${next}” is not kept here (any more)` : `the answer “${id}” builds on “${next}”, which is not kept here any more`)
      if (links.length === MOST_LINKS) throw refused(`more than ${MOST_LINKS} answers build on each other; compact the conversation first (POST /v1/responses/${id}/compact)`)
      size += found.body.length + found.input.length
      if (size > MOST_HISTORY) throw refused(`what the answer “${id}” builds on is too much to go on from; compact the conversation, or send the items that matter`)
      const body: Json = parseObject(found.body) ?? {}
      if (body['status'] === 'in_progress') throw refused(`the answer “${next}” is still being made`)
      seen.add(next)
      links.push({ id: next, items: [...itemsIn(found), ...outputAsInput(objectsOf(body['output']))] })
      next = typeof body['previous_response_id'] === 'string' ? body['previous_response_id'] : null
    }
    const answeredBy = await upstreamsOf(database, accountId, [...seen])
    return links.map((link) => ({ ...link, answeredBy: answeredBy.get(link.id) ?? null })).toReversed()
  }

  return {
    history,
    prepare: async (asked) => {
      if (asked.wire !== 'responses') return { ...asked, keep: keepFor(asked) }
      const { account } = asked.caller
      if (asked.body['conversation'] !== undefined && asked.body['conversation'] !== null) {
        throw new HttpFailure(400, 'conversation: conversations are not kept here; go on from an answer with “previous_response_id”, or send all items', { code: 'not_supported' })
      }
      const call = await withReferences(asked, (items) => references.resolve(account.id, items))
      const keep = keepFor(call)
      const previous = call.body['previous_response_id']
      if (previous === undefined || previous === null) return { ...call, keep }
      if (typeof previous !== 'string' || previous === '') throw refused('must be the id of an answer')
      const links = await history(account.id, previous)
      const newest = await objects.get(account.id, 'response', previous)
      const full = withHistory(call, { links, keptBy: newest?.upstreamId ?? null })
      return { ...full, keep: keepFor({ ...call, history: full.history ?? null }) }
    },
    begin: async (call, id) => {
      const head = { responseId: id, model: call.turn.model, createdAt: clock.now(), turn: call.turn, inputTokens: 0 }
      const object = { ...CODECS.responses.writeAnswer(head, []), id, status: 'in_progress', output: [], background: true, error: null, incomplete_details: null, usage: null }
      await put(call, id, object, null)
      return object
    },
    finishBackground: async (call, id, body) => {
      const found = await objects.get(call.caller.account.id, 'response', id)
      const begun = found ? parseObject(found.body) : null
      if (!found || begun?.['status'] !== 'in_progress') return
      const { created_at, previous_response_id } = begun
      const object = { ...found, body: JSON.stringify({ ...begun, ...body, created_at, previous_response_id }) }
      if (await objects.change(found, object.body)) references.learn(object)
    },
    isWanted: async (accountId, id) => {
      const found = await objects.get(accountId, 'response', id)
      return found !== null && isInProgress(found)
    },
    find: async (accountId, id, isRunning) => {
      const found = await objects.get(accountId, 'response', id)
      if (!found || isRunning || !isInProgress(found)) return found
      const receipt = await database.one<{ status: string }>('SELECT status FROM receipts WHERE id = ? AND account_id = ?', id, accountId)
      // Its receipt is open as long as a living process works on it; before the receipt there is a moment without.
      if (receipt ? receipt.status === 'pending' : clock.now() - found.createdAt < LEASE_MS) return found
      const again = await objects.get(accountId, 'response', id)
      if (!again || !isInProgress(again)) return again
      const failed = { ...parseObject(again.body), status: 'failed', error: { code: 'server_error', message: 'The gateway ended before this answer was complete' } }
      const object = { ...again, body: JSON.stringify(failed) }
      return (await objects.change(again, object.body)) ? object : objects.get(accountId, 'response', id)
    },
    chargedFor: async (accountId, requestId) =>
      (await database.one<{ charged: number | null }>('SELECT sum(charged_micro) AS charged FROM receipts WHERE account_id = ? AND request_id = ?', accountId, requestId))?.charged ?? 0,
  }
}

const refused = (why: string): HttpFailure => new HttpFailure(400, `previous_response_id: ${why}`, { code: 'previous_response_not_found' })

const isInProgress = (object: StoredObject): boolean => parseObject(object.body)?.['status'] === 'in_progress'

/** What was asked for a stored response. */
export const itemsIn = (object: Pick<StoredObject, 'input'>): readonly Json[] => objectsOf(JSON.parse(object.input))

async function withReferences(call: ModelCall, resolve: (items: readonly Json[]) => Promise<Json[]>): Promise<ModelCall> {
  const { input } = call.body
  if (!objectsOf(input).some((item) => item['type'] === 'item_reference')) return call
  const body = { ...call.body, input: await resolve(inputItemsOf(input)) }
  return { ...call, body, raw: changeMembers(call.raw, { input: body.input }), turn: readTurn('responses', body) }
}

/** Which upstream gave each answer: the receipts know. */
async function upstreamsOf(database: Database, accountId: string, ids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await database.all<{ response_id: string; upstream_id: string | null }>(
    `SELECT response_id, upstream_id FROM receipts WHERE account_id = ? AND response_id IN (${ids.map(() => '?').join(', ')}) ORDER BY seq`, accountId, ...ids,
  )
  return new Map(rows.map((row) => [row.response_id, row.upstream_id]))
}

export function metadataOf(body: Readonly<Record<string, unknown>>): Record<string, string> {
  const value: unknown = body['metadata']
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
