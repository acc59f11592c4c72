/** The content parts of Responses messages and tool results as turn parts, and images and files as media sources. Pure. */
import type { MediaSource, TurnPart } from '../turn.ts'
import { isJson, listAt, maybeText, objectAt, textAt, wrong, type Json } from './fields.ts'

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,/i
const TYPES: Readonly<Record<string, string>> = { pdf: 'application/pdf', txt: 'text/plain', md: 'text/markdown', csv: 'text/csv', json: 'application/json', html: 'text/html' }

export const typeOfName = (name: string | null): string | null => TYPES[/\.([a-z0-9]+)$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? ''] ?? null

/** A `data:` URL's bytes, or the URL itself. */
function sourceOfUrl(url: string): MediaSource {
  const match = url.startsWith('data:') ? DATA_URL.exec(url.slice(0, 200)) : null
  if (!match) return { kind: 'url', url }
  const rest = url.slice(match[0].length)
  return { kind: 'base64', mimeType: match[1] ?? '', data: match[2] === undefined ? Buffer.from(decoded(rest)).toString('base64') : rest }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readImage(part: Json, path: string): TurnPart {
  const detail = maybeText(part.detail, `${path}.detail`)
  // Chat's nested form is taken too; some clients mix the two wires.
  const url = isJson(part.image_url) ? textAt(part.image_url.url, `${path}.image_url.url`) : maybeText(part.image_url, `${path}.image_url`)
  if (url !== null) return { type: 'image', source: sourceOfUrl(url), detail }
  const id = maybeText(part.file_id, `${path}.file_id`)
  if (id === null) throw wrong(`${path}.image_url`, 'a string', part.image_url)
  return { type: 'image', source: { kind: 'file', id }, detail }
}

function readFile(part: Json, path: string): TurnPart {
  const name = maybeText(part.filename, `${path}.filename`)
  const data = maybeText(part.file_data, `${path}.file_data`)
  if (data !== null) {
    const source = sourceOfUrl(data)
    if (source.kind === 'base64') return { type: 'document', source, mimeType: source.mimeType || typeOfName(name), name }
    return { type: 'document', source: { kind: 'base64', mimeType: typeOfName(name) ?? 'application/pdf', data }, mimeType: typeOfName(name) ?? 'application/pdf', name }
  }
  const url = maybeText(part.file_url, `${path}.file_url`)
  if (url !== null) return { type: 'document', source: { kind: 'url', url }, mimeType: typeOfName(name ?? url.replace(/[?#].*$/, '')), name }
  const id = maybeText(part.file_id, `${path}.file_id`)
  if (id === null) throw wrong(`${path}.file_data`, 'a string', part.file_data)
  return { type: 'document', source: { kind: 'file', id }, mimeType: null, name }
}

function readAudio(part: Json, path: string): TurnPart {
  const audio = isJson(part.input_audio) ? part.input_audio : part
  return { type: 'audio', format: textAt(audio.format, `${path}.input_audio.format`), data: textAt(audio.data, `${path}.input_audio.data`) }
}

function readPart(value: unknown, path: string): TurnPart {
  if (typeof value === 'string') return { type: 'text', text: value }
  const part = objectAt(value, path)
  switch (part.type) {
    case 'input_text': case 'output_text': case 'text': case 'summary_text': return { type: 'text', text: textAt(part.text, `${path}.text`) }
    case 'refusal': return { type: 'refusal', text: textAt(part.refusal, `${path}.refusal`) }
    case 'input_image': return readImage(part, path)
    case 'input_file': return readFile(part, path)
    case 'input_audio': return readAudio(part, path)
    default:
      textAt(part.type, `${path}.type`)
      return { type: 'other', wire: 'responses', value: part }
  }
}

/** A message's `content` or a tool's `output`: a string, or an array of parts. */
export function readParts(value: unknown, path: string): TurnPart[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrong(path, 'a string or an array of parts', value)
  return listAt(value, path).map((part, index) => readPart(part, `${path}[${index}]`))
}
