/** Images as models take them. Pure; used on both sides. */

/** Kinds that all three formats take. */
export const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** Of the image itself: the Messages format takes 5 MB, counted in base64. */
export const MAX_IMAGE_BYTES = 3_750_000

/** The kind of image by its first bytes, if models take it; a name or a browser's word may be wrong. */
export function imageTypeOf(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 12))
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif'
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : null
}
