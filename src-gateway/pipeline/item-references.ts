/**
 * Items of stored answers that a later input names by id (`item_reference`). They are found among the caller's own answers only and put in before any
 * upstream sees the call: an upstream keeps the answers of all accounts under one key and would give anybody's.
 */
import { HttpFailure } from '../http/failure.ts'
import type { StoredObject, StoredObjects } from '../store/stored-objects.ts'
import { CannotTranslate } from '../translate/codec.ts'
import { objectsOf, type Json } from '../translate/responses/fields.ts'
import { resolveReferences, withIds } from '../translate/responses/input-items.ts'
import { parseObject } from './pass-through.ts'

export interface ItemReferences {
  /** Remembers where an answer's items are. */
  learn(object: Pick<StoredObject, 'accountId' | 'id' | 'body' | 'input'>): void
  /** The items with those put in that references name. @throws HttpFailure 400 for one that this account does not have. */
  resolve(accountId: string, items: readonly Json[]): Promise<Json[]>
}

/** Places remembered, all accounts together; what is forgotten is looked for in the store again. */
const MOST_PLACES = 50_000
/** Answers looked through for ids whose place is not remembered, newest first. */
const MOST_LOOKED_AT = 2000
const PAGE = 50

export function createItemReferences(objects: StoredObjects): ItemReferences {
  /** Account and item id to the answer's id, oldest first. */
  const places = new Map<string, string>()
  const keyOf = (accountId: string, itemId: string): string => `${accountId} ${itemId}`
  const remember = (accountId: string, itemId: string, responseId: string): void => {
    const key = keyOf(accountId, itemId)
    places.delete(key)
    places.set(key, responseId)
    if (places.size <= MOST_PLACES) return
    const [oldest] = places.keys()
    if (oldest !== undefined) places.delete(oldest)
  }
  const learn: ItemReferences['learn'] = (object) => {
    for (const id of itemsById(object).keys()) remember(object.accountId, id, object.id)
  }

  /** Finds what is remembered, then looks through the account's answers. */
  const findAll = async (accountId: string, wanted: ReadonlySet<string>): Promise<Map<string, Json>> => {
    const found = new Map<string, Json>()
    const take = (object: StoredObject): void => {
      for (const [id, item] of itemsById(object)) if (wanted.has(id) && !found.has(id)) found.set(id, item)
    }
    for (const answerId of new Set([...wanted].flatMap((id) => places.get(keyOf(accountId, id)) ?? []))) {
      const object = await objects.get(accountId, 'response', answerId)
      if (object) take(object)
    }
    let after: string | null = null
    for (let seen = 0; found.size < wanted.size && seen < MOST_LOOKED_AT; seen += PAGE) {
      const page = await objects.list(accountId, 'response', { limit: PAGE, order: 'desc', after, model: null, metadata: {} })
      for (const object of page.items) {
        learn(object)
        take(object)
      }
      after = page.items.at(-1)?.id ?? null
      if (!page.hasMore) break
    }
    return found
  }

  return {
    learn,
    resolve: async (accountId, items) => {
      const wanted = new Set(items.flatMap((item) => (item['type'] === 'item_reference' && typeof item['id'] === 'string' ? [item['id']] : [])))
      const found = wanted.size === 0 ? new Map<string, Json>() : await findAll(accountId, wanted)
      try {
        return resolveReferences(items, (id) => found.get(id) ?? null)
      } catch (thrown) {
        throw thrown instanceof CannotTranslate ? new HttpFailure(400, thrown.message, { code: 'item_not_found', cause: thrown }) : thrown
      }
    },
  }
}

function itemsById(object: Pick<StoredObject, 'id' | 'body' | 'input'>): Map<string, Json> {
  const input: unknown = JSON.parse(object.input)
  const all = [...withIds(objectsOf(input), object.id), ...objectsOf(parseObject(object.body)?.['output'])]
  return new Map(all.flatMap((item): [string, Json][] => (typeof item['id'] === 'string' ? [[item['id'], item]] : [])))
}
