/** Turns the raw result of tools/call into an outcome: text joined, images passed on, everything else kept as a file with one line about it. */
import { IMAGE_TYPES } from '../../src-shared/domain/image.ts'
import type { ToolImage, ToolOutcome } from '../../src-shared/domain/tool.ts'
import type { Spill } from '../storage/spill.ts'
import { isObject, type JsonObject } from './schema-refs.ts'

/** Images of kinds that models take; others are kept as files. */
const MAX_IMAGES = 8
const MAX_IMAGE_BASE64 = 5 * 1024 * 1024
/** Texts up to this many UTF-16 units are surely under the spill limit (3 bytes each at most). */
const SURELY_SHORT = 16 * 1024

/** Never throws: what cannot be kept is said in the text. */
export async function toOutcome(raw: Record<string, unknown>, spill: Spill): Promise<ToolOutcome> {
  const isError = raw['isError'] === true
  const content = Array.isArray(raw['content']) ? (raw['content'] as readonly unknown[]) : []
  const only = content.length === 1 && raw['structuredContent'] === undefined ? content[0] : undefined
  if (isObject(only) && only['type'] === 'text' && typeof only['text'] === 'string' && only['text'].length <= SURELY_SHORT && only['text'] !== '') {
    return { text: only['text'], isError, bytes: Buffer.byteLength(only['text']), images: [], spilledTo: null }
  }
  const parts: string[] = []
  const images: ToolImage[] = []
  for (const block of content) await readBlock(block, parts, images, spill)
  const extra = structuredText(raw, parts)
  if (extra !== null) parts.push(extra)
  if (parts.length === 0) parts.push(images.length > 0 ? `[${images.length} image${images.length > 1 ? 's' : ''}]` : '(the tool gave no output)')
  const capped = await spill.text(parts.join('\n'))
  const imageBytes = images.reduce((sum, image) => sum + base64Bytes(image.base64), 0)
  return { text: capped.text, isError, bytes: capped.bytes + imageBytes, images, spilledTo: capped.spilledTo }
}

async function readBlock(block: unknown, parts: string[], images: ToolImage[], spill: Spill): Promise<void> {
  if (!isObject(block)) {
    parts.push(JSON.stringify(block))
    return
  }
  const { type, text, data, mimeType } = block
  const mime = typeof mimeType === 'string' ? mimeType : 'application/octet-stream'
  if (type === 'text' && typeof text === 'string') parts.push(text)
  else if (type === 'image' && typeof data === 'string') {
    if (IMAGE_TYPES.includes(mime) && images.length < MAX_IMAGES && data.length <= MAX_IMAGE_BASE64) images.push({ mimeType: mime, base64: data })
    else parts.push(await keepBinary(data, mime, 'image', spill))
  } else if (type === 'audio' && typeof data === 'string') parts.push(await keepBinary(data, mime, 'audio', spill))
  else if (type === 'resource' && isObject(block['resource'])) parts.push(await readResource(block['resource'], spill))
  else if (type === 'resource_link') parts.push(linkLine(block))
  else parts.push(JSON.stringify(block))
}

async function readResource(resource: JsonObject, spill: Spill): Promise<string> {
  const uri = typeof resource['uri'] === 'string' ? resource['uri'] : 'resource'
  if (typeof resource['text'] === 'string') return `[${uri}]\n${resource['text']}`
  const mime = typeof resource['mimeType'] === 'string' ? resource['mimeType'] : 'application/octet-stream'
  if (typeof resource['blob'] === 'string') return keepBinary(resource['blob'], mime, uri, spill)
  return JSON.stringify(resource)
}

function linkLine(block: JsonObject): string {
  const field = (name: string): string => (typeof block[name] === 'string' ? block[name] : '')
  return ['[link]', field('name'), field('uri'), field('mimeType'), field('description')].filter((part) => part !== '').join(' ')
}

async function keepBinary(base64: string, mime: string, what: string, spill: Spill): Promise<string> {
  const data = Buffer.from(base64, 'base64')
  try {
    return `[${what}: ${mime}, ${data.length} bytes, kept in ${await spill.file(data, extensionOf(mime))}]`
  } catch (error) {
    return `[${what}: ${mime}, ${data.length} bytes, could not be kept: ${error instanceof Error ? error.message : 'unknown reason'}]`
  }
}

function extensionOf(mime: string): string {
  const subtype = /^[a-z]+\/(?:x-)?([a-z0-9]{1,12})(?:$|[+;.-])/i.exec(mime)?.[1]?.toLowerCase() ?? 'bin'
  return subtype === 'jpeg' ? 'jpg' : subtype === 'octet' || subtype === 'plain' ? (subtype === 'plain' ? 'txt' : 'bin') : subtype
}

/** Structured content as text, or null when the text blocks already say it (servers send both, one for older clients). */
function structuredText(raw: Record<string, unknown>, parts: readonly string[]): string | null {
  const structured = raw['structuredContent'] ?? raw['toolResult']
  if (structured === undefined || structured === null) return null
  const json = JSON.stringify(structured)
  if (parts.some((part) => sameJson(part, json))) return null
  const said = parts.join('\n')
  const leaves = isObject(structured) ? Object.values(structured) : []
  if (leaves.length > 0 && leaves.every((leaf) => typeof leaf === 'string' && said.includes(leaf))) return null
  return json
}

function sameJson(text: string, json: string): boolean {
  const start = text.trimStart()[0]
  if (start !== '{' && start !== '[') return false
  try {
    return JSON.stringify(JSON.parse(text)) === json
  } catch {
    return false
  }
}

function base64Bytes(base64: string): number {
  return Math.floor((base64.length * 3) / 4)
}
