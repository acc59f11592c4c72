/** The content of a Chat Completions message as a turn's parts. Pure. @see OpenAI’s API reference, “Create chat completion”. */
import type { CacheMark, MediaSource, TurnPart } from '../turn.ts'
import { type Fields, fieldsAt, isFields, listAt, optionalText, textAt, wrong } from './fields.ts'

/** @throws CannotTranslate. A `null` content is no parts; an empty text is none either. */
export function readContent(content: unknown, path: string): TurnPart[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw wrong(path, 'a text or a list of parts')
  return content.map((part: unknown, index) => readPart(part, `${path}[${index}]`))
}

function readPart(value: unknown, path: string): TurnPart {
  if (typeof value === 'string') return { type: 'text', text: value }
  const part = fieldsAt(value, path)
  const type = textAt(part['type'], `${path}.type`)
  switch (type) {
    case 'text': case 'input_text': case 'output_text': return { type: 'text', text: textAt(part['text'], `${path}.text`), ...cacheOf(part) }
    case 'refusal': return { type: 'refusal', text: textAt(part['refusal'], `${path}.refusal`) }
    case 'image_url': return { ...readImage(part['image_url'], `${path}.image_url`), ...cacheOf(part) }
    case 'input_audio': {
      const audio = fieldsAt(part['input_audio'], `${path}.input_audio`)
      return { type: 'audio', data: textAt(audio['data'], `${path}.input_audio.data`), format: textAt(audio['format'], `${path}.input_audio.format`) }
    }
    case 'file': return { ...readFile(fieldsAt(part['file'], `${path}.file`), `${path}.file`), ...cacheOf(part) }
    default: return { type: 'other', wire: 'chat-completions', value: part }
  }
}

/** `cache_control`, which relays such as OpenRouter take on this wire too. */
function cacheOf(part: Fields): { cache?: CacheMark } {
  const mark = part['cache_control']
  return isFields(mark) ? { cache: { ttl: typeof mark['ttl'] === 'string' ? mark['ttl'] : null } } : {}
}

function readImage(value: unknown, path: string): Extract<TurnPart, { type: 'image' }> {
  if (typeof value === 'string') return { type: 'image', source: sourceOfUrl(value, path), detail: null }
  const image = fieldsAt(value, path)
  return { type: 'image', source: sourceOfUrl(textAt(image['url'], `${path}.url`), `${path}.url`), detail: optionalText(image['detail'], `${path}.detail`) }
}

function readFile(file: Fields, path: string): Extract<TurnPart, { type: 'document' }> {
  const name = optionalText(file['filename'], `${path}.filename`)
  const id = optionalText(file['file_id'], `${path}.file_id`)
  if (id !== null) return { type: 'document', source: { kind: 'file', id }, mimeType: null, name }
  const data = textAt(file['file_data'], `${path}.file_data`)
  const source: MediaSource = data.startsWith('data:') ? sourceOfUrl(data, `${path}.file_data`) : { kind: 'base64', mimeType: 'application/pdf', data }
  return { type: 'document', source, mimeType: source.kind === 'base64' ? source.mimeType : null, name }
}

/** @throws CannotTranslate for a `data:` URL that holds no base64. */
function sourceOfUrl(url: string, path: string): MediaSource {
  if (url === '') throw wrong(path, 'a URL')
  if (!/^data:/i.test(url)) return { kind: 'url', url }
  const comma = url.indexOf(',')
  const head = /^data:([^;,]*)((?:;[^;,]*)*)$/i.exec(url.slice(0, comma === -1 ? 0 : comma))
  if (!head) throw wrong(path, 'a whole data: URL')
  const mimeType = head[1] || 'text/plain'
  if (/;\s*base64$/i.test(head[2] ?? '')) return { kind: 'base64', mimeType, data: url.slice(comma + 1) }
  try {
    return { kind: 'base64', mimeType, data: Buffer.from(decodeURIComponent(url.slice(comma + 1))).toString('base64') }
  } catch {
    throw wrong(path, 'a whole data: URL')
  }
}

/** Some servers answer in parts too. The text of a part, or ''. */
export function looseText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: unknown) => (isFields(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('')
}

/** The parts of a list that must be texts. @throws CannotTranslate */
export function textsAt(value: unknown, path: string): string[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [value]
  return listAt(value, path).map((text, index) => textAt(text, `${path}[${index}]`))
}
