/** Reads what a person attaches to a message, under the same rules as the tools that read, and puts it before the model as data. */
import { imageTypeOf, MAX_IMAGE_BYTES } from '../../src-shared/domain/image.ts'
import type { AttachWish } from '../../src-shared/domain/session.ts'
import type { ToolImage, ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Attached } from '../sessions/attachments-table.ts'

export interface AttachSources {
  /** A file of the session's folder, as the model's own `read` gives it. */
  file(path: string): Promise<ToolOutcome>
  resource(serverId: string, uri: string): Promise<ToolOutcome>
  /** Null = there is none of that name. */
  skill(name: string): Promise<string | null>
}

/** @throws AppError `attach.failed`, which says which one and why: the message is not sent without it */
export async function readAttachments(wishes: readonly AttachWish[], sources: AttachSources): Promise<Attached[]> {
  const attached: Attached[] = []
  for (const wish of wishes) attached.push(...(await readOne(wish, sources)))
  return attached
}

async function readOne(wish: AttachWish, sources: AttachSources): Promise<Attached[]> {
  switch (wish.kind) {
    case 'image': {
      const bytes = Buffer.from(wish.base64, 'base64')
      if (imageTypeOf(bytes) !== wish.mimeType) throw failed(wish.name, 'It is not a PNG, JPEG, GIF or WebP image.')
      if (bytes.length > MAX_IMAGE_BYTES) throw failed(wish.name, `It has ${megabytes(bytes.length)}; models take ${megabytes(MAX_IMAGE_BYTES)}.`)
      return [{ kind: 'image', name: wish.name, mimeType: wish.mimeType, bytes: bytes.length, text: null, base64: wish.base64, wish: null }]
    }
    case 'file': return fromOutcome(await sources.file(wish.path), wish, wish.path)
    case 'resource': return fromOutcome(await sources.resource(wish.serverId, wish.uri), wish, wish.name)
    case 'skill': {
      const text = await sources.skill(wish.name)
      if (text === null) throw failed(wish.name, 'There is no such skill (any more).')
      return [{ kind: 'skill', name: wish.name, mimeType: 'text/markdown', bytes: Buffer.byteLength(text), text, base64: null, wish }]
    }
  }
}

function fromOutcome(outcome: ToolOutcome, wish: Exclude<AttachWish, { kind: 'image' }>, name: string): Attached[] {
  if (outcome.isError) throw failed(name, outcome.text.replace(/^Error:\s*/, ''))
  const [image] = outcome.images
  if (image) return [{ kind: 'image', name, mimeType: image.mimeType, bytes: Buffer.byteLength(image.base64, 'base64'), text: null, base64: image.base64, wish }]
  return [{ kind: wish.kind, name, mimeType: 'text/plain', bytes: outcome.bytes, text: outcome.text, base64: null, wish }]
}

/** A prompt as the model gets it: the person's words, what they attached as data, and images. Older images are only named. */
export function userMessage(text: string, attached: readonly Attached[], withImages = true): { role: 'user'; text: string; images?: readonly ToolImage[] } {
  const parts = attached.flatMap(({ kind, name, text: content }) => {
    if (content !== null) return [`<attached ${kind}=${JSON.stringify(name)}>\n${content}\n</attached>`]
    return withImages ? [] : [`[the image ${JSON.stringify(name)}, attached here, is left out now]`]
  })
  const images = withImages ? attached.flatMap(({ mimeType, base64 }): ToolImage[] => (base64 === null ? [] : [{ mimeType, base64 }])) : []
  const whole = [text, ...parts].join('\n\n')
  return images.length === 0 ? { role: 'user', text: whole } : { role: 'user', text: whole, images }
}

const failed = (name: string, reason: string): AppError => new AppError('attach.failed', { name, reason })
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(2)} MB`
