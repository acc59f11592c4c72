/** Bytes of a client's file as text and back: UTF-8, with or without a byte order mark. Pure. */
import { placeOf, SyntaxProblem } from './format.ts'

const BOM = [0xef, 0xbb, 0xbf] as const

/** @throws SyntaxProblem for bytes that are not UTF-8, with the place of the first */
export function readText(bytes: Uint8Array): { text: string; bom: boolean } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) throw new SyntaxProblem('it is UTF-16, and this client reads UTF-8', 1, 1)
  const bom = BOM.every((byte, index) => bytes[index] === byte)
  const body = bom ? bytes.subarray(BOM.length) : bytes
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), bom }
  } catch {
    const { line, column } = placeOfBadByte(body)
    throw new SyntaxProblem('these bytes are not UTF-8', line, column)
  }
}

export function writeText(text: string, { bom }: { bom: boolean }): Uint8Array {
  const body = new TextEncoder().encode(text)
  return bom ? Uint8Array.from([...BOM, ...body]) : body
}

function placeOfBadByte(body: Uint8Array): { line: number; column: number } {
  // A replacement character that the bytes do not hold themselves stands where they cannot be read.
  const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
  let at = lossy.indexOf('\ufffd')
  while (at !== -1 && at < lossy.length) {
    const upTo = new TextEncoder().encode(lossy.slice(0, at)).length
    if (!(body[upTo] === 0xef && body[upTo + 1] === 0xbf && body[upTo + 2] === 0xbd)) return placeOf(lossy, at)
    at = lossy.indexOf('\ufffd', at + 1)
  }
  return { line: 1, column: 1 }
}
