/** A turn’s parts as Chat Completions content. Pure. */
import { CannotTranslate, type Note } from '../codec.ts'
import { isBillingLine, noteWord } from '../shared/left-out.ts'
import type { MediaSource, TurnPart } from '../turn.ts'

export interface PartsContext {
  /** The turn came in on this wire: what only it knows goes back as it came. */
  isSameWire: boolean
  notes: Set<Note>
}

export type ContentPart = Readonly<Record<string, unknown>> & { readonly type: string }

/**
 * System, user and tool content. What only another wire knows is noted; reasoning and calls do not stand here.
 * @throws CannotTranslate for media that this wire has no way to carry.
 */
export function contentParts(parts: readonly TurnPart[], context: PartsContext): ContentPart[] {
  return parts.flatMap((part): ContentPart[] => {
    switch (part.type) {
      case 'text': return isBillingLine(part.text) && !context.isSameWire ? [] : [{ type: 'text', text: part.text, ...cacheOf(part, context) }]
      case 'image': return [{ type: 'image_url', image_url: { url: imageUrl(part.source, context), ...(part.detail === null ? {} : { detail: part.detail }) }, ...cacheOf(part, context) }]
      case 'document': return [{ ...documentPart(part, context), ...cacheOf(part, context) }]
      case 'audio': return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
      case 'tool-reference': return [{ type: 'text', text: `Tool ${part.name} is available now.` }]
      case 'refusal': return [{ type: 'text', text: part.text }]
      case 'other':
        if (context.isSameWire && part.wire === 'chat-completions') return isContentPart(part.value) ? [part.value] : []
        context.notes.add(`${noteWord(part.value['type'])}-left-out`)
        return []
      case 'reasoning': case 'tool-call': return []
    }
  })
}

/** Message fields are written beside the content, not in it. */
const isContentPart = (value: Readonly<Record<string, unknown>>): value is ContentPart => typeof value['type'] === 'string' && value['type'] !== 'message_fields'

function cacheOf(part: Extract<TurnPart, { type: 'text' | 'image' | 'document' }>, context: PartsContext): Record<string, unknown> {
  return part.cache && context.isSameWire ? { cache_control: { type: 'ephemeral', ...(part.cache.ttl === null ? {} : { ttl: part.cache.ttl }) } } : {}
}

function imageUrl(source: MediaSource, context: PartsContext): string {
  switch (source.kind) {
    case 'url': return source.url
    case 'base64': return `data:${source.mimeType};base64,${source.data}`
    case 'file': throw new CannotTranslate(`The image “${source.id}” is a file kept by another provider; send the image itself`, 'messages')
    case 'text':
      // No wire has images as text; a reader that made one would be wrong.
      context.notes.add('image-left-out')
      return ''
  }
}

function documentPart(part: Extract<TurnPart, { type: 'document' }>, context: PartsContext): ContentPart {
  const { source } = part
  switch (source.kind) {
    case 'text': return { type: 'text', text: titled(part.name, source.text) }
    case 'base64':
      if (source.mimeType.startsWith('text/') && !context.isSameWire) return { type: 'text', text: titled(part.name, Buffer.from(source.data, 'base64').toString('utf8')) }
      return { type: 'file', file: { ...(part.name === null ? (context.isSameWire ? {} : { filename: 'document.pdf' }) : { filename: part.name }), file_data: `data:${source.mimeType};base64,${source.data}` } }
    case 'file':
      if (!context.isSameWire) throw new CannotTranslate(`The document “${source.id}” is a file kept by another provider; send the document itself`, 'messages')
      return { type: 'file', file: { file_id: source.id, ...(part.name === null ? {} : { filename: part.name }) } }
    case 'url': throw new CannotTranslate('This upstream takes no documents by URL; send the document itself', 'messages')
  }
}

const titled = (name: string | null, text: string): string => (name === null ? text : `${name}:\n\n${text}`)

/** Plain text where the parts are nothing else: what every server reads. Several parts of the same wire stay several. */
export function asContent(parts: readonly ContentPart[], context: PartsContext): string | readonly ContentPart[] {
  const isPlain = parts.every((part) => part.type === 'text' && part['cache_control'] === undefined)
  if (!isPlain || (context.isSameWire && parts.length > 1)) return parts
  return parts.map((part) => part['text']).join('\n')
}
