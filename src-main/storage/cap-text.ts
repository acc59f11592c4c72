/** Cuts the middle out of a long text without breaking a character. Pure. */

/**
 * Head and tail of `data` (UTF-8), together at most `limit` bytes plus one line that says how much is missing and where the rest is.
 * Cuts at line ends when one is near.
 */
export function capText(data: Uint8Array, limit: number, note: string): string {
  if (data.length <= limit) return Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8')
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.length)
  const half = Math.floor(limit / 2)
  const headEnd = headCut(buffer, half)
  const tailStart = tailCut(buffer, buffer.length - half)
  const missing = tailStart - headEnd
  return `${buffer.toString('utf8', 0, headEnd)}\n[… ${missing} bytes left out; ${note} …]\n${buffer.toString('utf8', tailStart)}`
}

const NEAR = 400
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

function headCut(buffer: Buffer, at: number): number {
  const line = buffer.lastIndexOf(0x0a, at - 1)
  if (line >= 0 && at - line <= NEAR) return line
  let cut = at
  while (cut > 0 && isContinuation(buffer[cut])) cut -= 1
  return cut
}

function tailCut(buffer: Buffer, at: number): number {
  const line = buffer.indexOf(0x0a, at)
  if (line >= 0 && line - at <= NEAR && line + 1 < buffer.length) return line + 1
  let cut = at
  while (cut < buffer.length && isContinuation(buffer[cut])) cut += 1
  return cut
}
