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
  if (list.length >= LONG_LIST) return writeLongList(list, depth, parts)
  parts.push(Buffer.from('['))
  list.forEach((element, index) => {
    if (index > 0) parts.push(COMMA)
    parts.push(bytesOf(element, depth))
  })
  parts.push(Buffer.from(']'))
}

function bytesOf(element: unknown, depth: number): Bytes {
  if (typeof element !== 'object' || element === null) return Buffer.from(JSON.stringify(element))
  const known = written.get(element)
  if (known) return known
  const own: Bytes[] = []
  write(element, depth - 1, own)
  const bytes = own.length === 1 && own[0] ? own[0] : Buffer.concat(own)
  if (bytes.length >= WORTH_KEEPING) written.set(element, bytes)
  return bytes
}

/** From so many elements on the whole beginning that is as it was last time is copied in one piece. */
const LONG_LIST = 32
/** Lists that are remembered: conversations of some sessions, and their tools. */
const LISTS = 6
/** The long lists that were written last, newest at the end: their elements, and where each ends in the bytes (which begin with the bracket). */
const lists: { elements: readonly unknown[]; ends: readonly number[]; bytes: Bytes }[] = []

function writeLongList(list: readonly unknown[], depth: number, parts: Bytes[]): void {
  let same = 0
  const found = lists.findIndex(({ elements }) => elements[0] === list[0] && typeof list[0] === 'object')
  const [last] = found < 0 ? [] : lists.splice(found, 1)
  if (last) while (same < last.elements.length && same < list.length && list[same] === last.elements[same] && typeof list[same] === 'object') same += 1
  const ends = last ? last.ends.slice(0, same) : []
  const pieces: Bytes[] = [last && same > 0 ? last.bytes.subarray(0, ends[same - 1]) : Buffer.from('[')]
  let at = pieces[0]?.length ?? 0
  for (let index = same; index < list.length; index += 1) {
    const piece = bytesOf(list[index], depth)
    if (index > 0) pieces.push(COMMA)
    pieces.push(piece)
    at += piece.length + (index > 0 ? 1 : 0)
    ends.push(at)
  }
  const bytes = Buffer.concat(pieces)
  lists.push({ elements: list, ends, bytes })
  if (lists.length > LISTS) lists.shift()
  parts.push(bytes, Buffer.from(']'))
}

/** Whether it is a list, or an object with one right in it. */
function holdsList(value: object): boolean {
  return Array.isArray(value) || Object.values(value).some((inner) => Array.isArray(inner))
}
