/** Which addresses the fetch tool may go to: public ones only, unless it was allowed otherwise. Pure. */
import { isIP } from 'node:net'

/** Private, loopback, link-local, shared (CGNAT), test, multicast and reserved ranges (IANA special-purpose registries). */
const BLOCKED_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
]

const number4 = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function isPublic4(address: string): boolean {
  const value = number4(address)
  return !BLOCKED_4.some(([base, bits]) => Math.floor(value / 2 ** (32 - bits)) === Math.floor(number4(base) / 2 ** (32 - bits)))
}

/** The eight groups of an IPv6 address; an IPv4 tail counts as two. */
function groups6(address: string): number[] {
  const plain = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`)
  const [head = '', tail] = plain.split('::')
  const read = (text: string): number[] => (text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16)))
  const [first, last] = [read(head), tail === undefined ? [] : read(tail)]
  return tail === undefined ? first : [...first, ...Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0), ...last]
}

function isPublic6(address: string): boolean {
  const groups = groups6(address)
  if (groups.length !== 8 || groups.some((group) => !Number.isInteger(group) || group < 0 || group > 0xffff)) return false
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  const tail4 = `${g >> 8}.${g & 255}.${h >> 8}.${h & 255}`
  // IPv4 in other clothes: mapped, translated (64:ff9b::), 6to4.
  if (a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && (f === 0xffff || f === 0)) return f === 0xffff && isPublic4(tail4)
  // The other translation range (64:ff9b:1::) is for use inside a network.
  if (a === 0x64 && b === 0xff9b) return c === 0 && d === 0 && e === 0 && f === 0 && isPublic4(tail4)
  if (a === 0x2002) return isPublic4(`${b >> 8}.${b & 255}.${c >> 8}.${c & 255}`)
  // Only global unicast; of it not what is set aside for protocols (Teredo, benchmarks, identifiers: 2001::/23) and documentation.
  if (a < 0x2000 || a > 0x3fff) return false
  return !(a === 0x2001 && (b === 0xdb8 || b < 0x200)) && !(a === 0x3fff && b < 0x1000)
}

export function isPublicAddress(address: string): boolean {
  const kind = isIP(address)
  return kind === 4 ? isPublic4(address) : kind === 6 ? isPublic6(address) : false
}
