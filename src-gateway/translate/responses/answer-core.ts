/** Understands the events of a Responses upstream (parsed JSON), whole answers included, as a turn's events. Pure; the answer readers put their wires around it. */
import { unpackReasoning } from '../reasoning-state.ts'
import { unwrapFreeText } from '../shared/free-text-tools.ts'
import type { ToolNames, ToolRef } from '../tool-names.ts'
import { laterUsage } from '../codec.ts'
import { UNKNOWN_USAGE, type FinishReason, type TurnEvent, type TurnFailure } from '../turn.ts'
import { failureIn } from './errors.ts'
import { isJson, numberOr, objectsOf, textOr, type Json } from './fields.ts'
import { createItemOrder, type ItemKind, type ItemState } from './item-order.ts'
import { stateOf, textsOf } from './read-input.ts'
import { TOOL_SEARCH } from './read-tools.ts'
import { readUsage } from './usage.ts'

export interface AnswerCore {
  /** One event. Events of unknown types are passed over. */
  handle(event: Json): void
  /** Whether the last event was a delta that `more` may go on with. */
  isSpeaking(): boolean
  /** More of what the last event was a delta of. False when it was none, and nothing was taken. */
  more(text: string): boolean
  /** What has come since the last call. */
  take(): TurnEvent[]
  fail(failure: TurnFailure): void
  isOver(): boolean
}

const KINDS: Readonly<Record<string, ItemKind>> = { message: 'message', reasoning: 'reasoning', function_call: 'call', custom_tool_call: 'call', tool_search_call: 'call' }

/** Null for items that only the provider acts on (web_search_call, a search it ran itself, …): their result is in its text. */
function kindOf(item: Json): ItemKind | null {
  if (typeof item.type !== 'string' || !Object.hasOwn(KINDS, item.type)) return null
  if (item.type === 'tool_search_call' && item.execution !== 'client') return null
  return KINDS[item.type] ?? null
}

export function createAnswerCore(names: ToolNames): AnswerCore {
  const order = createItemOrder((item) => closeItem(item, true))
  let usage = UNKNOWN_USAGE
  let hasStarted = false
  let calls = 0
  let hasText = false
  let hasRefusal = false
  let isOver = false
  /** Goes on with what the last event was a delta of. */
  let speaking: ((text: string) => void) | null = null

  const itemOf = (kind: ItemKind, index: unknown, id: unknown): ItemState => {
    const [place, name] = [numberOr(index, null), textOr(id, '')]
    return order.find(kind, place, name) ?? order.add(kind, place, name)
  }
  const sayText = (item: ItemState, text: string): void => {
    if (text === '') return
    hasText = true
    item.sent += text.length
    item.partSent += text.length
    order.emit(item, { type: 'text', text })
  }
  const sayRefusal = (item: ItemState, text: string): void => {
    if (text === '') return
    hasRefusal = true
    item.sentRefusal += text.length
    item.partSent += text.length
    order.emit(item, { type: 'refusal', text })
  }
  /** Deltas and `.done` texts are counted by part. False for a part that is over. */
  const enterPart = (item: ItemState, index: unknown): boolean => {
    const place = numberOr(index, Math.max(0, item.partIndex))
    if (place < item.partIndex) return false
    if (place > item.partIndex) {
      item.partIndex = place
      item.partSent = 0
    }
    return true
  }
  const think = (item: ItemState, text: string, form: 'full' | 'summary', partIndex: unknown): void => {
    // A provider that tells its thinking twice, in full and as a summary, is heard once.
    item.form ??= form
    if (item.form !== form || text === '') return
    const before = item.partIndex
    if (!enterPart(item, partIndex)) return
    const joined = form === 'summary' && item.sent > 0 && item.partIndex > before ? `\n\n${text}` : text
    item.sent += joined.length
    item.partSent += text.length
    order.emit(item, { type: 'reasoning', text: joined, form })
  }
  const startCall = (item: ItemState, from: Json): void => {
    if (item.isStarted) return
    const name = from.type === 'tool_search_call' ? TOOL_SEARCH : textOr(from.name, '')
    const callId = textOr(from.call_id, '')
    if (name === '' || callId === '') return
    const ref = refOf(from, name)
    item.isStarted = true
    item.isHeld = from.type === 'function_call' && ref.kind === 'custom'
    calls += 1
    order.emit(item, { type: 'tool-start', callId, ...ref })
    const early = item.buffer
    item.buffer = ''
    if (early !== '') argue(item, early)
  }
  const refOf = (from: Json, name: string): ToolRef => {
    if (from.type === 'tool_search_call') return { name, namespace: null, kind: 'tool-search' }
    const namespace = textOr(from.namespace, '')
    const ref = namespace === '' ? names.refOf(name) : { name, namespace, kind: 'function' as const }
    return from.type === 'custom_tool_call' ? { ...ref, kind: 'custom' } : ref
  }
  const argue = (item: ItemState, text: string): void => {
    if (text === '' || item.isDone) return
    item.sent += item.isStarted ? text.length : 0
    if (!item.isStarted || item.isHeld) item.buffer += text
    else order.emit(item, { type: 'tool-delta', text })
  }
  /** @param isWhole False for a call that broke off: it gets no `tool-end`, so that nobody runs half of it. */
  const endCall = (item: ItemState, isWhole: boolean): void => {
    if (!item.isStarted) return
    if (item.isHeld && isWhole) {
      const text = unwrapFreeText(item.buffer)
      if (text !== '') order.emit(item, { type: 'tool-delta', text })
    }
    if (isWhole) order.emit(item, { type: 'tool-end' })
  }
  const closeItem = (item: ItemState, isWhole: boolean): void => {
    if (item.kind === 'call') endCall(item, isWhole)
    else if (item.kind === 'reasoning' && item.sent > 0) order.emit(item, { type: 'reasoning-end', state: null })
    order.finish(item)
  }

  /** An item as it is at its end: what deltas have not told yet still comes out. */
  const finishItem = (item: ItemState, from: Json): void => {
    if (item.isDone) return
    if (item.kind === 'message') {
      const parts = objectsOf(from.content)
      sayText(item, parts.map((part) => (part.type === 'output_text' ? textOr(part.text, '') : '')).join('').slice(item.sent))
      sayRefusal(item, parts.map((part) => (part.type === 'refusal' ? textOr(part.refusal, '') : '')).join('').slice(item.sentRefusal))
    } else if (item.kind === 'call') {
      // A call without an id could not be answered; its item's id is as good.
      startCall(item, typeof from.call_id === 'string' && from.call_id !== '' ? from : { ...from, call_id: textOr(from.id, '') || `call_${order.all().indexOf(item)}` })
      const text = from.type === 'custom_tool_call' ? from.input : from.arguments
      argue(item, (typeof text === 'string' ? text : text === undefined || text === null ? '' : JSON.stringify(text)).slice(item.sent))
      endCall(item, from.status !== 'incomplete')
    } else finishReasoning(item, from)
    order.finish(item)
  }
  const finishReasoning = (item: ItemState, from: Json): void => {
    const encrypted = textOr(from.encrypted_content, '')
    const packed = unpackReasoning(encrypted)
    const [full, summary] = [textsOf(from.content, 'reasoning_text', ''), textsOf(from.summary, 'summary_text', '\n\n')]
    const form = item.form ?? packed?.form ?? (full === '' ? 'summary' : 'full')
    const whole = packed?.text ?? (form === 'full' ? full : summary)
    const rest = whole.slice(item.sent)
    if (rest !== '') {
      item.sent += rest.length
      order.emit(item, { type: 'reasoning', text: rest, form })
    }
    const state = packed ? packed.state : stateOf(textOr(from.id, ''), encrypted)
    if (state || item.sent > 0) order.emit(item, { type: 'reasoning-end', state })
  }

  const seeResponse = (response: Json): void => {
    const id = textOr(response.id, '')
    if (!hasStarted && id !== '') {
      hasStarted = true
      order.out.push({ type: 'start', responseId: id, model: textOr(response.model, '') || null })
    }
  }
  const finish = (reason: FinishReason): void => {
    isOver = true
    order.out.push({ type: 'usage', usage }, { type: 'finish', reason, stopSequence: null })
  }
  const endWith = (response: Json, said: string): void => {
    seeResponse(response)
    const reported = readUsage(response.usage)
    if (reported) usage = laterUsage(usage, reported)
    const status = typeof response.status === 'string' ? response.status : said
    if (status === 'failed' || (isJson(response.error) && status !== 'incomplete')) {
      if (reported) order.out.push({ type: 'usage', usage })
      return fail(failureIn(response))
    }
    if (status !== 'completed' && status !== 'incomplete') return fail({ status: 502, code: status, message: `The provider ended the answer as “${status}”.` })
    finishOutput(response.output)
    order.flush((item) => closeItem(item, status === 'completed'))
    if (status === 'incomplete') {
      const reason = isJson(response.incomplete_details) ? response.incomplete_details.reason : null
      return finish(reason === 'content_filter' ? 'refused' : 'length')
    }
    finish(calls > 0 ? 'tool-calls' : hasRefusal && !hasText ? 'refused' : 'end')
  }
  /** The last event repeats the whole output. Its items are matched by id, place, or, where a server gives neither, by their number among their kind. */
  const finishOutput = (output: unknown): void => {
    const met = [...order.all()]
    const seen = new Set<ItemState>()
    objectsOf(output).forEach((from, index) => {
      const kind = kindOf(from)
      if (!kind) return
      const same = met.filter((item) => item.kind === kind && !seen.has(item))
      const found = order.find(kind, index, textOr(from.id, ''))
      const item = found && !seen.has(found) ? found : (same[0] ?? order.add(kind, null, textOr(from.id, '')))
      seen.add(item)
      finishItem(item, from)
    })
  }
  const fail = (failure: TurnFailure): void => {
    if (isOver) return
    isOver = true
    order.flush(() => {})
    order.out.push({ type: 'failure', failure })
  }

  const handle = (event: Json): void => {
    if (isOver) return
    speaking = null
    switch (event.type) {
      case 'response.output_text.delta': {
        const item = itemOf('message', event.output_index, event.item_id)
        if (typeof event.delta !== 'string' || item.isDone || !enterPart(item, event.content_index)) return
        sayText(item, event.delta)
        speaking = (text) => sayText(item, text)
        return
      }
      case 'response.refusal.delta': {
        const item = itemOf('message', event.output_index, event.item_id)
        if (typeof event.delta === 'string' && !item.isDone && enterPart(item, event.content_index)) sayRefusal(item, event.delta)
        return
      }
      case 'response.output_text.done': case 'response.refusal.done': {
        const item = itemOf('message', event.output_index, event.item_id)
        if (item.isDone || !enterPart(item, event.content_index)) return
        if (event.type === 'response.output_text.done') sayText(item, textOr(event.text, '').slice(item.partSent))
        else sayRefusal(item, textOr(event.refusal, '').slice(item.partSent))
        item.mayYield = true
        return
      }
      case 'response.reasoning_summary_text.delta': case 'response.reasoning_text.delta': {
        const item = itemOf('reasoning', event.output_index, event.item_id)
        const isFull = event.type === 'response.reasoning_text.delta'
        if (item.isDone) return
        const [form, place] = [isFull ? 'full' : 'summary', isFull ? event.content_index : event.summary_index] as const
        think(item, textOr(event.delta, ''), form, place)
        speaking = (text) => think(item, text, form, place)
        return
      }
      case 'response.reasoning_summary_text.done': case 'response.reasoning_text.done': {
        const item = itemOf('reasoning', event.output_index, event.item_id)
        const isFull = event.type === 'response.reasoning_text.done'
        const place = isFull ? event.content_index : event.summary_index
        const told = numberOr(place, Math.max(0, item.partIndex)) === item.partIndex ? item.partSent : 0
        if (!item.isDone) think(item, textOr(event.text, '').slice(told), isFull ? 'full' : 'summary', place)
        return
      }
      case 'response.function_call_arguments.delta': case 'response.custom_tool_call_input.delta': {
        const item = itemOf('call', event.output_index, event.item_id)
        argue(item, textOr(event.delta, ''))
        speaking = (text) => argue(item, text)
        return
      }
      case 'response.function_call_arguments.done': case 'response.custom_tool_call_input.done': {
        const item = itemOf('call', event.output_index, event.item_id)
        if (!item.isStarted) return
        argue(item, textOr(event.arguments ?? event.input, '').slice(item.sent))
        item.mayYield = true
        return
      }
      case 'response.output_item.added': case 'response.output_item.done': {
        const from = isJson(event.item) ? event.item : {}
        const kind = kindOf(from)
        if (!kind) return
        const isAdded = event.type === 'response.output_item.added'
        const [place, id] = [numberOr(event.output_index, null), textOr(from.id, '')]
        const known = order.find(kind, place, id)
        // Without a place or id, `added` always means a new item.
        const item = known && !(isAdded && place === null && id === '') ? known : order.add(kind, place, id)
        if (!isAdded) finishItem(item, from)
        else if (kind === 'call' && from.type !== 'tool_search_call') startCall(item, from)
        return
      }
      case 'response.created': case 'response.in_progress': case 'response.queued': return seeResponse(isJson(event.response) ? event.response : {})
      case 'response.completed': case 'response.done': return endWith(isJson(event.response) ? event.response : {}, 'completed')
      case 'response.incomplete': return endWith(isJson(event.response) ? event.response : {}, 'incomplete')
      case 'response.failed': case 'response.cancelled': return endWith({ ...(isJson(event.response) ? event.response : {}) }, event.type === 'response.failed' ? 'failed' : 'cancelled')
      case 'error': return fail(failureIn(event))
      // Some servers put a bare error object into the stream.
      case undefined: if (isJson(event.error)) fail(failureIn(event))
    }
  }
  return {
    handle,
    isSpeaking: () => speaking !== null,
    more: (text) => {
      if (speaking === null || isOver) return false
      speaking(text)
      return true
    },
    take: () => {
      const { out } = order
      order.out = []
      return out
    },
    fail,
    isOver: () => isOver,
  }
}
