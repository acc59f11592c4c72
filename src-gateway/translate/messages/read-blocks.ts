/**
 * Content blocks of a Messages request as parts of a turn. Pure. What a block says beyond the turn's own fields (citations, a document's context, a tool
 * call's `caller`) stays with the part as its native form; kinds of blocks that only Anthropic has become `other` parts.
 */
import { isPackedReasoning, unpackReasoning } from '../reasoning-state.ts'
import type { CacheMark, MediaSource, NativeForm, TurnPart } from '../turn.ts'
import { arrayAt, fieldsBeside, isRecord, optionalRecord, optionalString, recordAt, refuse, stringAt, type Json } from './fields.ts'

/** Text, a list of blocks, or nothing at all (a tool result may have no content). */
export function readContent(content: unknown, path: string): TurnPart[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return arrayAt(content, path).flatMap((block, index) => readBlock(recordAt(block, `${path}.${String(index)}`), `${path}.${String(index)}.`))
}

export function cacheOf(block: Json, path: string): { cache?: CacheMark } {
  const mark = optionalRecord(block, 'cache_control', path)
  return mark === null ? {} : { cache: { ttl: optionalString(mark, 'ttl', `${path}cache_control.`) } }
}

const nativeWhen = (isMore: boolean, block: Json): { native?: NativeForm } => (isMore ? { native: { wire: 'messages', value: block } } : {})

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
const hasMore = (block: Json, known: ReadonlySet<string>): boolean => Object.keys(block).some((key) => !known.has(key) && isFilled(block[key]))

const TEXT_FIELDS = new Set(['type', 'text', 'cache_control'])
const IMAGE_FIELDS = new Set(['type', 'source', 'cache_control'])
const DOCUMENT_FIELDS = new Set(['type', 'source', 'title', 'cache_control'])
const CALL_FIELDS = new Set(['type', 'id', 'name', 'input', 'cache_control'])

/** @param path Of the block, with a dot at its end. */
export function readBlock(block: Json, path: string): TurnPart[] {
  const type = stringAt(block, 'type', path)
  switch (type) {
    case 'text': return [{ type: 'text', text: stringAt(block, 'text', path), ...cacheOf(block, path), ...nativeWhen(hasMore(block, TEXT_FIELDS), block) }]
    case 'image': return [{ type: 'image', source: readSource(block, path), detail: null, ...cacheOf(block, path), ...nativeWhen(hasMore(block, IMAGE_FIELDS), block) }]
    case 'document': return readDocument(block, path)
    case 'search_result': return readSearchResult(block, path)
    case 'tool_reference': return [{ type: 'tool-reference', name: stringAt(block, 'tool_name', path) }]
    case 'tool_addition': return readAddition(block)
    case 'compaction': return readCompaction(block)
    case 'thinking': return [readThinking(block, path)]
    case 'redacted_thinking': return [readRedacted(stringAt(block, 'data', path))]
    case 'tool_use': return [readCall(block, path)]
    case 'tool_result': return refuse(`${path}type`, '“tool_result” blocks belong at the beginning of a user message.')
    default: return [{ type: 'other', wire: 'messages', value: block }]
  }
}

function readSource(block: Json, path: string): MediaSource {
  const source = recordAt(block['source'], `${path}source`)
  const at = `${path}source.`
  const type = stringAt(source, 'type', at)
  switch (type) {
    case 'base64': return { kind: 'base64', mimeType: stringAt(source, 'media_type', at), data: stringAt(source, 'data', at) }
    case 'url': return { kind: 'url', url: stringAt(source, 'url', at) }
    case 'file': return { kind: 'file', id: stringAt(source, 'file_id', at) }
    case 'text': return { kind: 'text', text: stringAt(source, 'data', at) }
    default: return refuse(`${at}type`, `“${type.slice(0, 40)}” is no kind of source that this address knows.`)
  }
}

/** A document's context and its content blocks become parts of their own, for wires that know neither; the first of them carries the whole block. */
function readDocument(block: Json, path: string): TurnPart[] {
  const name = optionalString(block, 'title', path)
  const context = optionalString(block, 'context', path)
  const before: TurnPart[] = context === null || context === '' ? [] : [{ type: 'text', text: context, native: { wire: 'messages', value: null } }]
  const source = recordAt(block['source'], `${path}source`)
  const cache = cacheOf(block, path)
  if (source['type'] === 'content') {
    const inside = readContent(source['content'], `${path}source.content`)
    const title: TurnPart[] = name === null || name === '' ? [] : [{ type: 'text', text: name }]
    return carriedByFirst([...title, ...before, ...inside], block, cache)
  }
  const media = readSource(block, path)
  const mimeType = media.kind === 'base64' ? media.mimeType : media.kind === 'text' ? optionalString(source, 'media_type', `${path}source.`) : null
  return [...before, { type: 'document', source: media, mimeType, name, ...cache, ...nativeWhen(hasMore(block, DOCUMENT_FIELDS), block) }]
}

/** A piece of a caller's own search: its title, where it is from, and its text. */
function readSearchResult(block: Json, path: string): TurnPart[] {
  const head = [optionalString(block, 'title', path), optionalString(block, 'source', path)].filter((line) => line !== null && line !== '').join('\n')
  const inside = readContent(block['content'], `${path}content`)
  return carriedByFirst([...(head === '' ? [] : [{ type: 'text' as const, text: head }]), ...inside], block, cacheOf(block, path))
}

/** A tool that a system message makes available (beta `mid-conversation-tool-changes`): named, or defined there (see `addedTools`). */
function readAddition(block: Json): TurnPart[] {
  const tool = isRecord(block['tool']) ? block['tool'] : {}
  const named = isRecord(tool['definition']) ? tool['definition'] : tool
  const native: NativeForm = { wire: 'messages', value: block }
  return typeof named['name'] === 'string' ? [{ type: 'tool-reference', name: named['name'], native }] : [{ type: 'other', wire: 'messages', value: block }]
}

/** The summary of what Anthropic's server cut off: other providers need its text. */
function readCompaction(block: Json): TurnPart[] {
  const text = block['content']
  const part: TurnPart = typeof text === 'string' && text !== '' ? { type: 'text', text } : { type: 'other', wire: 'messages', value: block }
  return part.type === 'text' ? [{ ...part, native: { wire: 'messages', value: block } }] : [part]
}

function carriedByFirst(parts: readonly TurnPart[], block: Json, cache: { cache?: CacheMark }): TurnPart[] {
  const readable = parts.filter((part) => part.type === 'text' || part.type === 'image' || part.type === 'document')
  if (readable.length === 0) return [{ type: 'other', wire: 'messages', value: block }]
  return readable.map((part, index) => ({ ...part, ...(index === 0 ? cache : {}), native: { wire: 'messages' as const, value: index === 0 ? block : null } }))
}

/** Thinking that another provider did and that travelled in the signature comes back as that provider's; a damaged one of ours is nobody's. */
function readThinking(block: Json, path: string): TurnPart {
  const text = optionalString(block, 'thinking', path) ?? ''
  const signature = optionalString(block, 'signature', path) ?? ''
  const packed = unpackReasoning(signature)
  if (packed !== null) return { type: 'reasoning', text: packed.text === '' ? text : packed.text, form: packed.form, state: packed.state }
  const isProviders = signature !== '' && !isPackedReasoning(signature)
  return { type: 'reasoning', text, form: 'full', state: isProviders ? { wire: 'messages', signature } : null }
}

function readRedacted(data: string): TurnPart {
  const packed = unpackReasoning(data)
  if (packed !== null) return { type: 'reasoning', text: packed.text, form: packed.form, state: packed.state }
  return { type: 'reasoning', text: '', form: 'full', state: isPackedReasoning(data) ? null : { wire: 'messages', redacted: data } }
}

function readCall(block: Json, path: string): TurnPart {
  const input = block['input'] ?? {}
  if (!isRecord(input)) return refuse(`${path}input`, 'Input should be an object.')
  return {
    type: 'tool-call', callId: stringAt(block, 'id', path), name: stringAt(block, 'name', path), namespace: null, kind: 'function',
    argumentsText: JSON.stringify(input), ...cacheOf(block, path), ...nativeWhen(fieldsBeside(block, CALL_FIELDS) !== null, block),
  }
}
