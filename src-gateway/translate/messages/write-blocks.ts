/** Parts of a turn as content blocks for a Messages upstream. Pure. What such a block cannot say is refused when it carries meaning, else noted. */
import { CannotTranslate } from '../codec.ts'
import type { ToolNames } from '../tool-names.ts'
import type { CacheMark, MediaSource, TurnMessage, TurnPart } from '../turn.ts'
import { isRecord, type Json } from './fields.ts'
import type { Notes } from './notes.ts'

export interface BlockContext {
  /** The turn came over this same wire: files and tool references mean something to the upstream. */
  isNative: boolean
  names: ToolNames
  notes: Notes
}

export const cacheControl = (cache: CacheMark | undefined): { cache_control?: Json } =>
  cache === undefined ? {} : { cache_control: { type: 'ephemeral', ...(cache.ttl === null ? {} : { ttl: cache.ttl }) } }

/** Anthropic refuses text blocks without a visible character. */
export const isBlank = (text: string): boolean => !/\S/.test(text)

/**
 * The blocks for these parts, in order; `callId` gives each tool call's id in turn.
 * @throws CannotTranslate for sound, and for files that only another provider has.
 */
export function writeBlocks(parts: readonly TurnPart[], context: BlockContext, callId: () => string): Json[] {
  const blocks: Json[] = []
  for (const part of parts) {
    const block = writeBlock(part, context, callId)
    if (block !== null) blocks.push(block)
  }
  return blocks
}

function writeBlock(part: TurnPart, context: BlockContext, callId: () => string): Json | null {
  if (part.type === 'tool-call') return writeCall(part, context, callId())
  if ('native' in part && part.native?.wire === 'messages') return part.native.value
  switch (part.type) {
    case 'text': return isBlank(part.text) ? null : { type: 'text', text: part.text, ...cacheControl(part.cache) }
    case 'refusal': return isBlank(part.text) ? null : { type: 'text', text: part.text }
    case 'image':
      if (part.detail !== null && part.detail !== 'auto') context.notes.add('image-detail-left-out')
      return { type: 'image', source: writeSource(part.source, 'image', context), ...cacheControl(part.cache) }
    case 'document': return writeDocument(part, context)
    case 'audio': throw new CannotTranslate('Models behind a Messages address cannot hear: sound cannot be sent to this model.', 'messages')
    case 'tool-reference': return context.isNative ? { type: 'tool_reference', tool_name: part.name } : { type: 'text', text: `Tool ${part.name} is available now.` }
    case 'reasoning': return writeReasoning(part, context)
    case 'other':
      if (part.wire === 'messages') return part.value
      context.notes.add(`${typeof part.value['type'] === 'string' ? part.value['type'] : 'part'}-left-out`)
      return null
  }
}

/** Only thinking that Anthropic signed is taken back; any other would be refused by the upstream. */
function writeReasoning(part: Extract<TurnPart, { type: 'reasoning' }>, context: BlockContext): Json | null {
  if (part.state?.wire === 'messages') {
    return 'signature' in part.state ? { type: 'thinking', thinking: part.text, signature: part.state.signature } : { type: 'redacted_thinking', data: part.state.redacted }
  }
  context.notes.add('reasoning-left-out')
  return null
}

function writeCall(part: Extract<TurnPart, { type: 'tool-call' }>, context: BlockContext, id: string): Json {
  const input = part.kind === 'custom' ? { input: part.argumentsText } : argumentsOf(part.argumentsText, context.notes)
  const beside = part.native?.wire === 'messages' ? part.native.value : null
  return { ...beside, type: 'tool_use', id, name: context.names.flat(part.name, part.namespace), input, ...cacheControl(part.cache) }
}

/** A call's arguments as the object that this wire demands; text that is none travels as `input`, so that the model sees what it wrote. */
export function argumentsOf(text: string, notes: Notes): Json {
  if (isBlank(text)) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // A call that broke off or was no JSON: below.
  }
  notes.add('arguments-not-json')
  return { input: text }
}

function writeSource(source: MediaSource, what: 'image' | 'document', context: BlockContext): Json {
  switch (source.kind) {
    case 'base64': return { type: 'base64', media_type: source.mimeType, data: source.data }
    case 'url': return { type: 'url', url: source.url }
    case 'text': return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'file':
      if (context.isNative) return { type: 'file', file_id: source.id }
      throw new CannotTranslate(`The ${what} “${source.id.slice(0, 80)}” is a file that another provider keeps: send its content instead.`, 'messages')
  }
}

/** Only PDF and plain text are documents here; other text is sent as plain text. */
function writeDocument(part: Extract<TurnPart, { type: 'document' }>, context: BlockContext): Json {
  const rest = { ...(part.name === null || part.name === '' ? {} : { title: part.name }), ...cacheControl(part.cache) }
  const { source } = part
  if (source.kind !== 'base64' || context.isNative) return { type: 'document', source: writeSource(source, 'document', context), ...rest }
  const mimeType = documentType(source, part)
  if (mimeType === 'application/pdf') return { type: 'document', source: { type: 'base64', media_type: mimeType, data: source.data }, ...rest }
  if (mimeType.startsWith('text/') || mimeType === 'application/json') {
    return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') }, ...rest }
  }
  throw new CannotTranslate(`A document of the type “${mimeType.slice(0, 80)}” cannot be sent to this model: only PDF and text can.`, 'messages')
}

/** PDF bytes begin with `%PDF-`, in base64 `JVBERi`. */
function documentType(source: Extract<MediaSource, { kind: 'base64' }>, part: Extract<TurnPart, { type: 'document' }>): string {
  if (source.data.startsWith('JVBERi')) return 'application/pdf'
  const said = source.mimeType === '' ? part.mimeType : source.mimeType
  if (said !== null && said !== '' && said !== 'application/octet-stream') return said.toLowerCase().split(';', 1)[0] ?? said
  return /\.(txt|md|csv|json|xml|html?|log)$/i.test(part.name ?? '') ? 'text/plain' : 'application/octet-stream'
}

/** A tool's result. `content` may be missing: a tool that says nothing. */
export function writeResult(message: Extract<TurnMessage, { role: 'tool' }>, id: string, context: BlockContext): Json {
  const blocks = writeBlocks(message.parts, context, () => id)
  const only = blocks.length === 1 ? blocks[0] : undefined
  const isPlain = only !== undefined && only['type'] === 'text' && typeof only['text'] === 'string' && Object.keys(only).length === 2
  return {
    type: 'tool_result', tool_use_id: id, ...(blocks.length === 0 ? {} : { content: isPlain ? only['text'] : blocks }),
    ...(message.isError ? { is_error: true } : {}), ...cacheControl(message.cache),
  }
}

/** For a call that nobody answered: Anthropic refuses a history in which a call has no result right after it. */
export const missingResult = (id: string): Json => ({ type: 'tool_result', tool_use_id: id, content: 'No result was given.', is_error: true })

