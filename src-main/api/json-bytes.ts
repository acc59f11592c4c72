/** A JSON value as UTF-8 bytes. What a long conversation says again with every step is written out once. Pure. */

/** Bytes of elements of lists; what is sent is never changed afterwards, only replaced. */
type Bytes = Buffer<ArrayBuffer>
const written = new WeakMap<object, Bytes>()
/** Below this many bytes a joint of two buffers costs more than it saves. */
const WORTH_KEEPING = 64

const COMMA = Buffer.from(',')

/**
 * The same bytes as `Buffer.from(JSON.stringify(value))`, for plain JSON values (no `toJSON`, no `undefined` outside of objects).
 * Elements of lists up to two lists deep (messages, and the blocks of a message) are kept by identity.
 */
export function jsonBytes(value: unknown): Bytes {
  const parts: Bytes[] = []
  write(value, 2, parts)
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

function write(value: unknown, depth: number, parts: Bytes[]): void {
  if (depth === 0 || typeof value !== 'object' || value === null || !holdsList(value)) {
    parts.push(Buffer.from(JSON.stringify(value)))
    return
  }
  if (Array.isArray(value)) return writeList(value, depth, parts)
  let first = true
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    parts.push(Buffer.from(`${first ? '{' : ','}${JSON.stringify(key)}:`))
    write(inner, depth, parts)
    first = false
  }
  parts.push(Buffer.from(first ? '{}' : '}'))
}

function writeList(list: readonly unknown[], depth: number, parts: Bytes[]): void {
  parts.push(Buffer.from('['))
  list.forEach((element, index) => {
    if (index > 0) parts.push(COMMA)
    if (typeof element !== 'object' || element === null) return write(element, 0, parts)
    const known = written.get(element)
    if (known) return void parts.push(known)
    const own: Bytes[] = []
    write(element, depth - 1, own)
    const bytes = own.length === 1 && own[0] ? own[0] : Buffer.concat(own)
    if (bytes.length >= WORTH_KEEPING) written.set(element, bytes)
    parts.push(bytes)
  })
  parts.push(Buffer.from(']'))
}

/** Whether it is a list, or an object with one right in it. */
function holdsList(value: object): boolean {
  return Array.isArray(value) || Object.values(value).some((inner) => Array.isArray(inner))
}
