/** A turn as a request to Ollama’s own `/api/chat`. Pure. @see Ollama’s API documentation, “Generate a chat completion”. */
import { plainTools } from '../chat/plain-tools.ts'
import { refuseSeveralAnswers } from '../chat/several-answers.ts'
import { type ContentPart, contentParts, type PartsContext } from '../chat/write-parts.ts'
import { isFields } from '../chat/fields.ts'
import { CannotTranslate, type Note, type RequestWriterOptions } from '../codec.ts'
import { wrapFreeText } from '../shared/free-text-tools.ts'
import { extrasNotes } from '../shared/left-out.ts'
import { type OrderedMessage, orderMessages, type ResultMessage } from '../shared/pair-calls.ts'
import type { ToolNames } from '../tool-names.ts'
import type { Turn, TurnPart } from '../turn.ts'
import { contextSize } from './context-size.ts'

interface Context extends PartsContext {
  names: ToolNames
}
type Message = Record<string, unknown>

/** Chat Completions’ extra fields that Ollama has under the same name among its options. */
const OPTIONS = ['seed', 'presence_penalty', 'frequency_penalty', 'min_p', 'repeat_penalty'] as const

/** @throws CannotTranslate for what the native interface has no way to carry: pictures by URL, PDFs, sound, several answers. */
export function writeRequest(turn: Turn, options: RequestWriterOptions, contextWindow: number | null): { body: Record<string, unknown>; notes: readonly Note[] } {
  const extras = turn.extras.wire === 'chat-completions' ? turn.extras.fields : {}
  refuseSeveralAnswers(turn)
  const known = new Set<Note>([...OPTIONS, 'keep_alive'].map((field) => `${field}-left-out`))
  const notes = new Set<Note>(extrasNotes(turn, null).filter((note) => extras !== turn.extras.fields || !known.has(note)))
  const messages = orderMessages(turn.messages).flatMap((message) => writeMessage(message, { isSameWire: false, notes, names: options.names }))
  if (messages.length === 0) throw new CannotTranslate('There is no message to answer', 'messages')
  const size = contextSize(turn, contextWindow)
  const modelOptions = {
    ...Object.fromEntries(OPTIONS.flatMap((field) => (extras[field] === undefined ? [] : [[field, extras[field]]]))),
    ...(turn.maxTokens === null ? {} : { num_predict: turn.maxTokens }), ...(turn.temperature === null ? {} : { temperature: turn.temperature }),
    ...(turn.topP === null ? {} : { top_p: turn.topP }), ...(turn.topK === null ? {} : { top_k: turn.topK }),
    ...(turn.stop.length === 0 ? {} : { stop: turn.stop }), ...(size === null ? {} : { num_ctx: size }),
  }
  if (turn.verbosity !== null) notes.add('verbosity-left-out')
  const body = {
    model: options.model, messages, stream: options.stream,
    ...writeTools(turn, options.names, notes), ...writeThink(turn, options.model, notes),
    ...(turn.format === null ? {} : { format: turn.format.schema ?? 'json' }),
    ...(extras['keep_alive'] === undefined ? {} : { keep_alive: extras['keep_alive'] }),
    ...(Object.keys(modelOptions).length === 0 ? {} : { options: modelOptions }),
    // Else Ollama throws the oldest messages away without a word. Servers that do not know these two fields pass over them.
    truncate: false, shift: false,
  }
  return { body, notes: [...notes] }
}

function writeTools(turn: Turn, names: ToolNames, notes: Set<Note>): Message {
  const plain = plainTools(turn, names)
  for (const note of plain.notes) notes.add(note)
  if (plain.tools.length === 0 || turn.toolChoice.kind === 'none') return {}
  if (turn.toolChoice.kind !== 'auto') notes.add('tool_choice-left-out')
  if (turn.parallelTools === false) notes.add('parallel_tool_calls-left-out')
  return { tools: plain.tools.map((tool) => ({ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema } })) }
}

/** Models that can think do so by themselves, and one that cannot refuses to be told to. Only gpt-oss knows degrees. */
function writeThink(turn: Turn, model: string, notes: Set<Note>): Message {
  const { effort, mode } = turn.reasoning
  if (mode === 'off' || effort === 'none') return { think: false }
  if (effort === null) return {}
  if (/(?:^|\/)gpt-oss/i.test(model)) return { think: effort === 'low' || effort === 'minimal' ? 'low' : effort === 'medium' ? 'medium' : 'high' }
  notes.add('reasoning_effort-left-out')
  return {}
}

function writeMessage(message: OrderedMessage, context: Context): Message[] {
  switch (message.role) {
    case 'system': {
      const said = contentOf(contentParts(message.parts, context))
      return said.content === '' ? [] : [{ role: 'system', ...said }]
    }
    case 'user': return [{ role: 'user', ...contentOf(contentParts(message.parts, context)) }]
    case 'lost-result': {
      context.notes.add('tool-result-as-text')
      return [{ role: 'user', ...contentOf([{ type: 'text', text: 'The result of an earlier tool call:' }, ...contentParts(message.message.parts, context)]) }]
    }
    case 'assistant': {
      const all = message.groups.flat()
      const said = message.groups.map((group) => contentOf(contentParts(group, context)).content).filter((text) => text !== '').join('\n\n')
      const thinking = thoughtIn(all, context)
      const calls = message.calls.map(({ call }) => ({
        id: call.callId, function: { name: context.names.flat(call.name, call.namespace), arguments: argumentsObject(call.kind === 'custom' ? wrapFreeText(call.argumentsText) : call.argumentsText) },
      }))
      const results = message.calls.flatMap(({ call, result }) => (result ? [writeResult(result, context.names.flat(call.name, call.namespace), context)] : []))
      return [
        { role: 'assistant', content: said, ...(thinking === '' ? {} : { thinking }), ...(calls.length === 0 ? {} : { tool_calls: calls }) },
        ...results.map((result) => result.message), ...results.flatMap((result) => result.media),
      ]
    }
  }
}

function writeResult(result: ResultMessage, toolName: string, context: Context): { message: Message; media: Message[] } {
  const { content, images } = contentOf(contentParts(result.parts, context))
  return {
    message: { role: 'tool', tool_name: toolName, tool_call_id: result.callId, content: result.isError && !/^error/i.test(content) ? `Error: ${content}` : content },
    media: images ? [{ role: 'user', content: `From the result of the tool ${toolName}:`, images }] : [],
  }
}

function contentOf(parts: readonly ContentPart[]): { content: string; images?: string[] } {
  const texts: string[] = []
  const images: string[] = []
  for (const part of parts) {
    if (part.type === 'text' && typeof part['text'] === 'string') texts.push(part['text'])
    else if (part.type === 'image_url') images.push(imageData(part))
    else throw new CannotTranslate(part.type === 'file' ? 'Ollama reads no PDF or other file; send its text' : 'Ollama reads no sound', 'messages')
  }
  return { content: texts.join('\n'), ...(images.length === 0 ? {} : { images }) }
}

function imageData(part: ContentPart): string {
  const url: unknown = isFields(part['image_url']) ? part['image_url']['url'] : null
  const data = typeof url === 'string' ? /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1] : undefined
  if (data === undefined) throw new CannotTranslate('Ollama takes pictures only as data, not by URL; send the picture itself', 'messages')
  return data
}

function thoughtIn(parts: readonly TurnPart[], context: Context): string {
  const thought = parts.filter((part) => part.type === 'reasoning')
  const full = thought.filter((part) => part.form === 'full' && part.text !== '')
  if (full.length < thought.length) context.notes.add('reasoning-left-out')
  return full.map((part) => part.text).join('')
}

/** An object on this wire. What a model wrote that is none still has to be told. */
function argumentsObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isFields(value)) return value
  } catch {
    // Kept as text below.
  }
  return { input: text }
}
