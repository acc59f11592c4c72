/** A turn's messages as `input` items. Pure. */
import { createHash } from 'node:crypto'
import { CannotTranslate, type Note } from '../codec.ts'
import { wrapFreeText } from '../shared/free-text-tools.ts'
import { isBillingLine, noteWord } from '../shared/left-out.ts'
import { type OrderedMessage, orderMessages } from '../shared/pair-calls.ts'
import type { MediaSource, Turn, TurnMessage, TurnPart } from '../turn.ts'
import { parseObject } from './answer-items.ts'
import { writeAdditionalTools, writeFoundTools, type Dialect } from './write-tools.ts'

type Item = Record<string, unknown>

/** The wire takes no longer `call_id` (OpenAI API reference); other providers' may be longer, and a call and its result must stay together. */
const LONGEST_CALL_ID = 64
const callIdOf = (id: string): string => (id.length <= LONGEST_CALL_ID ? id : `call_${createHash('sha256').update(id).digest('hex').slice(0, 40)}`)

export interface InputWriter {
  turn: Turn
  dialect: Dialect
  notes: Set<Note>
}

/** @throws CannotTranslate for what this wire cannot say (another provider's file). */
export function writeInput(messages: readonly TurnMessage[], writer: InputWriter): Item[] {
  const tools = writeAdditionalTools(writer.turn, writer.dialect)
  const items: Item[] = tools.length > 0 ? [{ type: 'additional_tools', tools }] : []
  // Natively what stands where is the caller's; a provider may hold the other half of a pair.
  if (writer.dialect.kind === 'native') for (const message of messages) pushOne(items, message, writer)
  else pushPaired(items, orderMessages(messages), writer)
  return items
}

function pushOne(items: Item[], message: TurnMessage, writer: InputWriter): void {
  switch (message.role) {
    // A system message in the middle keeps its place: this wire has `developer` for it.
    case 'system': return pushMessage(items, 'developer', message.parts, writer)
    case 'user':
      if (message.name !== undefined) writer.notes.add('name-left-out')
      return pushMessage(items, 'user', message.parts, writer)
    case 'assistant': return pushAssistant(items, message.parts, writer)
    case 'tool': items.push(writeResult(message, writer))
  }
}

/** OpenAI refuses a call without its output and an output without its call. */
function pushPaired(items: Item[], messages: readonly OrderedMessage[], writer: InputWriter): void {
  messages.forEach((message, index) => {
    if (message.role === 'lost-result') {
      writer.notes.add('tool-result-as-text')
      return pushMessage(items, 'user', [{ type: 'text', text: 'The result of an earlier tool call:' }, ...message.message.parts], writer)
    }
    if (message.role !== 'assistant') return pushOne(items, message, writer)
    for (const parts of message.groups) pushAssistant(items, parts, writer)
    for (const { call, result } of message.calls) {
      // At the very end there is nothing to go on from anyway.
      if (result === null && index === messages.length - 1) continue
      if (result === null) writer.notes.add('tool-result-missing')
      items.push(writeResult({ role: 'tool', isError: false, parts: [{ type: 'text', text: '(no result: the call was broken off)' }], ...result, callId: call.callId, kind: call.kind }, writer))
    }
  })
}

function pushMessage(items: Item[], role: string, parts: readonly TurnPart[], writer: InputWriter): void {
  const content = parts.flatMap((part) => inputPart(part, writer))
  if (content.length > 0) items.push({ type: 'message', role, content })
}

function pushAssistant(items: Item[], parts: readonly TurnPart[], writer: InputWriter): void {
  let content: Item[] = []
  const flush = (): void => {
    if (content.length > 0) items.push({ type: 'message', role: 'assistant', content })
    content = []
  }
  for (const part of parts) {
    const native = part.type === 'text' && part.native?.wire === 'responses' && writer.dialect.kind === 'native' ? part.native : null
    if (native) {
      flush()
      if (native.value) items.push({ ...native.value })
    } else if (part.type === 'text') content.push({ type: 'output_text', text: part.text })
    else if (part.type === 'refusal') content.push({ type: 'refusal', refusal: part.text })
    else {
      flush()
      const item = assistantItem(part, writer)
      if (item) items.push(item)
    }
  }
  flush()
}

function assistantItem(part: TurnPart, writer: InputWriter): Item | null {
  switch (part.type) {
    case 'tool-call': return writeCall(part, writer.dialect)
    case 'reasoning': return writeReasoning(part, writer)
    case 'other': return ownValue(part, writer)
    case 'image': case 'document': case 'audio': case 'tool-reference':
      writer.notes.add(`assistant-${part.type}-left-out`)
      return null
    case 'text': case 'refusal': return null
  }
}

function writeCall(part: Extract<TurnPart, { type: 'tool-call' }>, dialect: Dialect): Item {
  const isNative = dialect.kind === 'native'
  const name = isNative ? part.name : dialect.names.flat(part.name, part.namespace)
  const namespace = isNative && part.namespace !== null ? { namespace: part.namespace } : {}
  if (part.kind === 'tool-search' && isNative) {
    return { type: 'tool_search_call', call_id: callIdOf(part.callId), execution: 'client', status: 'completed', arguments: parseObject(part.argumentsText) ?? { query: part.argumentsText } }
  }
  if (part.kind === 'custom') {
    if (dialect.kind !== 'plain') return { type: 'custom_tool_call', call_id: callIdOf(part.callId), name, ...namespace, input: part.argumentsText }
    return { type: 'function_call', call_id: callIdOf(part.callId), name, arguments: wrapFreeText(part.argumentsText) }
  }
  return { type: 'function_call', call_id: callIdOf(part.callId), name, ...namespace, arguments: part.argumentsText === '' ? '{}' : part.argumentsText }
}

/** Only this wire's own reasoning can be handed back (a provider cannot read another's), and only with its content: by its id alone nobody knows it, since nothing is stored upstream. */
function writeReasoning(part: Extract<TurnPart, { type: 'reasoning' }>, writer: InputWriter): Item | null {
  const { state } = part
  const hasUse = state?.wire === 'responses' && (state.encrypted !== null || part.form === 'full')
  if (!hasUse || state?.wire !== 'responses') {
    writer.notes.add('reasoning-left-out')
    return null
  }
  const item: Item = { type: 'reasoning', ...(state.id === '' ? {} : { id: state.id }), summary: part.form === 'summary' && part.text !== '' ? [{ type: 'summary_text', text: part.text }] : [] }
  if (part.form === 'full') item.content = [{ type: 'reasoning_text', text: part.text }]
  if (state.encrypted !== null) item.encrypted_content = state.encrypted
  return item
}

function writeResult(message: Extract<TurnMessage, { role: 'tool' }>, writer: InputWriter): Item {
  const { dialect } = writer
  if (message.kind === 'tool-search' && dialect.kind === 'native') {
    const names = new Set(message.parts.flatMap((part) => (part.type === 'tool-reference' ? [part.name] : [])))
    return { type: 'tool_search_output', call_id: callIdOf(message.callId), execution: 'client', status: 'completed', tools: writeFoundTools(writer.turn, names, dialect) }
  }
  const type = message.kind === 'custom' && dialect.kind !== 'plain' ? 'custom_tool_call_output' : 'function_call_output'
  return { type, call_id: callIdOf(message.callId), output: writeOutput(message, writer) }
}

/** A string where one says everything, else the parts. The wire has no mark for a failed tool, so its text must say it. */
function writeOutput(message: Extract<TurnMessage, { role: 'tool' }>, writer: InputWriter): string | Item[] {
  const [first] = message.parts
  if (message.parts.length === 0) return message.isError ? 'Error' : ''
  const failed = message.isError && !(first?.type === 'text' && /^\W*(error|fail)/i.test(first.text))
  if (message.parts.length === 1 && first?.type === 'text') return failed ? `Error: ${first.text}` : first.text
  const parts = message.parts.flatMap((part) => inputPart(part, writer))
  return failed ? [{ type: 'input_text', text: 'Error:' }, ...parts] : parts
}

function inputPart(part: TurnPart, writer: InputWriter): Item[] {
  switch (part.type) {
    case 'text': return isBillingLine(part.text) && writer.dialect.kind === 'custom' ? [] : [{ type: 'input_text', text: part.text }]
    case 'refusal': return [{ type: 'input_text', text: part.text }]
    case 'image': return [{ type: 'input_image', ...imageSource(part.source, writer), ...(part.detail === null ? {} : { detail: part.detail }) }]
    case 'document': return [writeDocument(part, writer)]
    case 'audio': return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
    case 'tool-reference': return [{ type: 'input_text', text: `Tool ${part.name} is available now.` }]
    case 'other': {
      const value = ownValue(part, writer)
      return value ? [value] : []
    }
    case 'reasoning': case 'tool-call':
      writer.notes.add(`${part.type}-left-out`)
      return []
  }
}

function ownValue(part: Extract<TurnPart, { type: 'other' }>, writer: InputWriter): Item | null {
  if (part.wire === 'responses') return { ...part.value }
  writer.notes.add(`${noteWord(part.value.type)}-left-out`)
  return null
}

function keptFile(id: string, what: string, writer: InputWriter): Item {
  if (writer.turn.extras.wire !== 'messages') return { file_id: id }
  throw new CannotTranslate(`The ${what} is a file that another provider keeps (“${id}”); send its content instead.`, 'messages')
}

function imageSource(source: MediaSource, writer: InputWriter): Item {
  switch (source.kind) {
    case 'base64': return { image_url: `data:${source.mimeType};base64,${source.data}` }
    case 'url': return { image_url: source.url }
    case 'file': return keptFile(source.id, 'image', writer)
    case 'text': throw new CannotTranslate('An image cannot be given as text.', 'messages')
  }
}

function writeDocument(part: Extract<TurnPart, { type: 'document' }>, writer: InputWriter): Item {
  const filename = part.name === null ? {} : { filename: part.name }
  switch (part.source.kind) {
    // A filename is required beside the data.
    case 'base64': return { type: 'input_file', filename: part.name ?? 'document.pdf', file_data: `data:${part.mimeType ?? (part.source.mimeType || 'application/pdf')};base64,${part.source.data}` }
    case 'url': return { type: 'input_file', file_url: part.source.url, ...filename }
    case 'file': return { type: 'input_file', ...keptFile(part.source.id, 'document', writer) }
    // Plain text is read by every model; as a file only by some.
    case 'text': return { type: 'input_text', text: part.name === null ? part.source.text : `${part.name}\n\n${part.source.text}` }
  }
}

