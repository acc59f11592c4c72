/** A turn's events as the stream of server-sent events that the official SDK and Codex accept. Pure: events in, text out; strings are put together by hand, since it is the hot path. */
import { laterUsage, type AnswerHead, type AnswerWriter } from '../codec.ts'
import { UNKNOWN_USAGE, type ReasoningState, type TurnEvent, type TurnFailure } from '../turn.ts'
import { callItem, contentPart, endingOf, itemIds, messageItem, PREFIX, reasoningId, reasoningItem, responseBase, usageItem, type Call, type ContentPart, type Ending, type ItemStatus, withHalf } from './answer-items.ts'
import { answerError } from './errors.ts'

type Open =
  | { type: 'message'; id: string; index: number; parts: ContentPart[]; deltaHead: string; deltaTail: string }
  | { type: 'reasoning'; id: string; index: number; text: string; form: 'full' | 'summary'; deltaHead: string; deltaTail: string }
  | { type: 'call'; id: string; index: number; call: Call; text: string; deltaHead: string; deltaTail: string }

/** An event up to its number. */
const headOf = (type: string): string => `event: ${type}\ndata: {"type":"${type}","sequence_number":`

export function createAnswerWriter(head: AnswerHead): AnswerWriter {
  const ids = itemIds(head.responseId)
  let sequence = 0
  let base: string | null = null
  let open: Open | null = null
  /** Finished items as JSON, for the last event. */
  const items: string[] = []
  let usage = UNKNOWN_USAGE
  let characters = 0
  let hasRefusal = false
  /** A call was begun and never ended. */
  let isHalf = false
  /** Items begun. */
  let begun = 0
  let isOver = false

  /** One event. @param tail What follows `sequence_number`, with its leading comma. */
  const event = (type: string, tail: string): string => `${headOf(type)}${sequence++}${tail}}\n\n`
  const delta = (from: Open, text: string): string => `${from.deltaHead}${sequence++}${from.deltaTail}${JSON.stringify(text)}}\n\n`
  const response = (status: string, tail: string): string => {
    base ??= JSON.stringify(responseBase(head)).slice(0, -1)
    return `,"response":${base},"status":"${status}"${tail}}`
  }
  const opening = (): string => {
    if (sequence > 0) return ''
    const tail = response('in_progress', ',"error":null,"incomplete_details":null,"output":[],"usage":null')
    return event('response.created', tail) + event('response.in_progress', tail)
  }
  const at = (item: { id: string; index: number }): string => `,"item_id":"${item.id}","output_index":${item.index}`
  const added = (index: number, item: unknown): string => event('response.output_item.added', `,"output_index":${index},"item":${JSON.stringify(item)}`)
  const done = (index: number, item: unknown): string => {
    const json = JSON.stringify(item)
    items.push(json)
    return event('response.output_item.done', `,"output_index":${index},"item":${json}`)
  }

  const endPart = (message: Extract<Open, { type: 'message' }>): string => {
    const part = message.parts.at(-1)
    if (!part) return ''
    const place = `${at(message)},"content_index":${message.parts.length - 1}`
    const text = JSON.stringify(part.text)
    const said = part.type === 'output_text' ? event('response.output_text.done', `${place},"text":${text},"logprobs":[]`) : event('response.refusal.done', `${place},"refusal":${text}`)
    return said + event('response.content_part.done', `${place},"part":${JSON.stringify(contentPart(part))}`)
  }
  const say = (type: ContentPart['type'], text: string): string => {
    let out = ''
    if (open?.type !== 'message') {
      out = close('completed')
      const index = begun++
      open = { type: 'message', id: ids('msg', index), index, parts: [], deltaHead: '', deltaTail: '' }
      out += added(index, messageItem(open.id, [], 'in_progress'))
    }
    let part = open.parts.at(-1)
    if (part?.type !== type) {
      out += endPart(open)
      part = { type, text: '' }
      const place = `${at(open)},"content_index":${open.parts.length}`
      open.parts.push(part)
      open.deltaHead = headOf(type === 'output_text' ? 'response.output_text.delta' : 'response.refusal.delta')
      open.deltaTail = `${place}${type === 'output_text' ? ',"logprobs":[]' : ''},"delta":`
      out += event('response.content_part.added', `${place},"part":${JSON.stringify(contentPart(part))}`)
    }
    part.text += text
    return out + delta(open, text)
  }
  const think = (text: string, form: 'full' | 'summary'): string => {
    let out = ''
    if (open?.type !== 'reasoning') {
      out = close('completed')
      const index = begun++
      const id = ids('rs', index)
      open = { type: 'reasoning', id, index, text: '', form, deltaHead: headOf('response.reasoning_summary_text.delta'), deltaTail: `,"item_id":"${id}","output_index":${index},"summary_index":0,"delta":` }
      out += added(index, { id, type: 'reasoning', summary: [] })
      out += event('response.reasoning_summary_part.added', `${at(open)},"summary_index":0,"part":{"type":"summary_text","text":""}`)
    }
    open.text += text
    return out + delta(open, text)
  }
  const endThinking = (state: ReasoningState | null): string => {
    if (open?.type !== 'reasoning') {
      const before = close('completed')
      if (!state) return before
      const index = begun++
      const item = reasoningItem(reasoningId(ids('rs', index), state), '', 'summary', state)
      return before + added(index, { id: item.id, type: 'reasoning', summary: [] }) + done(index, item)
    }
    const { id, index, text, form } = open
    const place = `${at(open)},"summary_index":0`
    open = null
    const json = JSON.stringify(text)
    return event('response.reasoning_summary_text.done', `${place},"text":${json}`) +
      event('response.reasoning_summary_part.done', `${place},"part":{"type":"summary_text","text":${json}}`) + done(index, reasoningItem(id, text, form, state))
  }
  const startCall = (call: Call): string => {
    const before = close('completed')
    const index = begun++
    const id = ids(PREFIX[call.kind], index)
    open = { type: 'call', id, index, call, text: '', deltaHead: headOf(call.kind === 'custom' ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta'), deltaTail: `,"item_id":"${id}","output_index":${index},"delta":` }
    return before + added(index, callItem(id, call, '', 'in_progress'))
  }
  const growCall = (text: string): string => {
    if (open?.type !== 'call') return ''
    open.text += text
    // The client's search has no delta event on this wire: it comes whole.
    if (open.call.kind === 'tool-search') return ''
    return delta(open, text)
  }
  const endCall = (call: Extract<Open, { type: 'call' }>): string => {
    // Arguments are JSON also where the tool takes none.
    let out = call.call.kind === 'function' && call.text === '' ? growCall('{}') : ''
    open = null
    const json = JSON.stringify(call.text)
    if (call.call.kind === 'function') out += event('response.function_call_arguments.done', `${at(call)},"name":${JSON.stringify(call.call.name)},"arguments":${json}`)
    else if (call.call.kind === 'custom') out += event('response.custom_tool_call_input.done', `${at(call)},"input":${json}`)
    return out + done(call.index, callItem(call.id, call.call, call.text, 'completed'))
  }
  const close = (status: ItemStatus): string => {
    const current = open
    if (!current) return ''
    if (current.type === 'reasoning') return endThinking(null)
    if (current.type === 'call') {
      // It broke off and stays without an end: clients run what is done, and must not run half a patch.
      open = null
      isHalf = true
      return ''
    }
    const last = endPart(current)
    open = null
    return last + done(current.index, messageItem(current.id, current.parts, status))
  }
  const finish = (given: Ending): string => {
    const before = given.status === 'failed' ? '' : close(given.status === 'incomplete' ? 'incomplete' : 'completed')
    const ending = isHalf ? withHalf(given) : given
    isOver = true
    const details = ending.incompleteReason === null ? 'null' : `{"reason":"${ending.incompleteReason}"}`
    const tail = `,"error":${JSON.stringify(ending.error)},"incomplete_details":${details},"output":[${items.join(',')}],"usage":${JSON.stringify(usageItem(usage, head.inputTokens, characters))}`
    return before + event(`response.${ending.status}`, response(ending.status, tail))
  }
  const writeOne = (one: TurnEvent): string => {
    // An empty text must not open an item.
    if ((one.type === 'text' || one.type === 'refusal' || one.type === 'reasoning') && one.text === '') return ''
    switch (one.type) {
      case 'text':
        characters += one.text.length
        return say('output_text', one.text)
      case 'refusal':
        characters += one.text.length
        hasRefusal = true
        return say('refusal', one.text)
      case 'reasoning':
        characters += one.text.length
        return think(one.text, one.form)
      case 'reasoning-end': return endThinking(one.state)
      case 'tool-start':
        characters += one.name.length
        return startCall({ callId: one.callId, name: one.name, namespace: one.namespace, kind: one.kind })
      case 'tool-delta':
        characters += one.text.length
        return growCall(one.text)
      case 'tool-end': return open?.type === 'call' ? endCall(open) : ''
      case 'usage':
        usage = laterUsage(usage, one.usage)
        return ''
      case 'finish': return finish(endingOf(one.reason, hasRefusal))
      case 'failure': return finish({ status: 'failed', error: answerError(one.failure), incompleteReason: null })
      case 'start': return ''
    }
  }
  return {
    write: (events) => {
      if (isOver) return ''
      let out = opening()
      for (const one of events) {
        out += writeOne(one)
        if (isOver) break
      }
      return out
    },
    fail: (failure: TurnFailure) => (isOver ? '' : opening() + finish({ status: 'failed', error: answerError(failure), incompleteReason: null })),
  }
}
