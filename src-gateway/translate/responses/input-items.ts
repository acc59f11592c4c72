/** Items of stored answers as raw JSON: what `GET /v1/responses/{id}/input_items` lists, and the input of a turn that goes on from an earlier answer. Pure; the routes keep and find them. */
import { CannotTranslate } from '../codec.ts'
import { isJson, wrong, type Json } from './fields.ts'
import { itemIds } from './answer-items.ts'

/** A request's `input` as items: a string is a user's message, and a message always has its `type`. @throws CannotTranslate for another shape. */
export function inputItemsOf(input: unknown): Json[] {
  if (input === undefined || input === null) return []
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  if (!Array.isArray(input)) throw wrong('input', 'a string or an array of items', input)
  return input.map((item: unknown, index) => {
    if (!isJson(item)) throw wrong(`input[${index}]`, 'an object', item)
    if (item.type !== undefined && item.type !== 'message') return item
    return { ...item, type: 'message', content: typeof item.content === 'string' ? [{ type: item.role === 'assistant' ? 'output_text' : 'input_text', text: item.content }] : item.content }
  })
}

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg', reasoning: 'rs', function_call: 'fc', function_call_output: 'fco', custom_tool_call: 'ctc', custom_tool_call_output: 'ctco', tool_search_call: 'tsc', tool_search_output: 'tso', compaction: 'cmp',
}

/** The same items, each with an id: its own, or one made of the answer's id, the same every time. */
export function withIds(items: readonly Json[], responseId: string): Json[] {
  const ids = itemIds(`resp_in_${responseId.replace(/^resp_/, '')}`)
  return items.map((item, index) => {
    if (typeof item.id === 'string' && item.id !== '') return item
    const type = typeof item.type === 'string' ? item.type : ''
    return { ...item, id: ids(Object.hasOwn(PREFIXES, type) ? (PREFIXES[type] ?? 'item') : 'item', index), ...(type === 'message' && item.status === undefined ? { status: 'completed' } : {}) }
  })
}

export interface ListQuery {
  after: string | null
  /** 1 to 100; the wire's default is 20. */
  limit: number
  /** Newest first by default. */
  order: 'asc' | 'desc'
}

/** Reads a list's query parameters. @throws CannotTranslate for values outside the documented ones. */
export function readListQuery(query: { after?: string | undefined; limit?: string | undefined; order?: string | undefined }): ListQuery {
  const limit = query.limit === undefined ? 20 : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new CannotTranslate('“limit” must be a whole number from 1 to 100.', 'limit')
  const order = query.order ?? 'desc'
  if (order !== 'asc' && order !== 'desc') throw new CannotTranslate('“order” must be asc or desc.', 'order')
  return { after: query.after ?? null, limit, order }
}

/** One page of items that have ids. @throws CannotTranslate when `after` is none of them. */
export function pageOf(items: readonly Json[], query: ListQuery): Record<string, unknown> {
  const ordered = query.order === 'asc' ? items : items.toReversed()
  const start = query.after === null ? 0 : ordered.findIndex((item) => item.id === query.after) + 1
  if (query.after !== null && start === 0) throw new CannotTranslate(`There is no item “${query.after}”.`, 'after')
  const data = ordered.slice(start, start + query.limit)
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: start + data.length < ordered.length }
}

const CALLS = new Set(['function_call', 'custom_tool_call', 'tool_search_call'])

/** An answer's output as the next turn's input. Calls that broke off are left out: nothing can answer them, and providers refuse a call without its result. */
export const outputAsInput = (output: readonly Json[]): Json[] => output.filter((item) => !(typeof item.type === 'string' && CALLS.has(item.type) && item.status === 'incomplete'))

/** What `previous_response_id` stands for: all that was said before, then the new input. Instructions are not carried over (OpenAI API reference). */
export function continuedInput(previous: { input: readonly Json[]; output: readonly Json[] }, next: unknown): Json[] {
  return [...previous.input, ...outputAsInput(previous.output), ...inputItemsOf(next)]
}

/** Puts the items in that `item_reference` items name. @throws CannotTranslate for one that nobody kept. */
export function resolveReferences(items: readonly Json[], find: (id: string) => Json | null): Json[] {
  return items.map((item, index) => {
    if (item.type !== 'item_reference') return item
    const id = typeof item.id === 'string' ? item.id : ''
    const found = find(id)
    if (!found) throw new CannotTranslate(`There is no item “${id}”.`, `input[${index}].id`)
    return found
  })
}
