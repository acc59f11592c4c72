/** Takes an image that was pasted, dropped or chosen, as models take it: a known kind, not too large. Runs in the window. */
import { IMAGE_TYPES, MAX_IMAGE_BYTES } from '../../../src-shared/domain/image.ts'
import type { AttachWish } from '../../../src-shared/domain/session.ts'

export type ReadImage = { wish: AttachWish } | { problem: string }

/** Models scale larger ones down themselves (Anthropic, "Vision"), so more pixels only cost. */
const LONGEST_SIDE = 1_568
/** Images of one message. */
export const MOST_IMAGES = 8

export async function readImage(file: File): Promise<ReadImage> {
  const name = (file.name === '' ? 'image' : file.name).slice(0, 300)
  if (!IMAGE_TYPES.includes(file.type)) return { problem: `${name} is no PNG, JPEG, GIF or WebP image. Files of this folder can be mentioned with @.` }
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (bitmap === null) return { problem: `${name} cannot be read as an image.` }
  const { width, height } = bitmap
  const fits = Math.max(width, height) <= LONGEST_SIDE && file.size <= MAX_IMAGE_BYTES
  // A drawn copy would lose the motion of a GIF; one that fits stays as it is.
  const blob = fits ? file : await drawn(bitmap, Math.min(1, LONGEST_SIDE / Math.max(width, height)), file.type === 'image/jpeg' ? 'image/jpeg' : 'image/png')
  bitmap.close()
  const last = blob !== null && blob.size > MAX_IMAGE_BYTES ? await redrawnAsJpeg(blob) : blob
  if (last === null || last.size > MAX_IMAGE_BYTES) return { problem: `${name} is too large: models take 3.75 MB.` }
  return { wish: { kind: 'image', name, mimeType: last.type, base64: await base64Of(last) } }
}

async function drawn(bitmap: ImageBitmap, scale: number, type: string): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.9))
}

async function redrawnAsJpeg(blob: Blob): Promise<Blob | null> {
  const bitmap = await createImageBitmap(blob).catch(() => null)
  return bitmap === null ? null : drawn(bitmap, 1, 'image/jpeg')
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result.replace(/^data:[^,]*,/, '') : ''))
    reader.addEventListener('error', () => reject(reader.error ?? new Error('the image could not be read')))
    reader.readAsDataURL(blob)
  })
}
