/** Address ranges a key may be used from. Pure. */
import { BlockList, isIP } from 'node:net'

/** Null when the text is no range: `10.0.0.0/8`, `192.168.1.7`, `fd00::/8`. */
export function readCidr(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', bits, ...more] = text.trim().split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null
  const most = version === 4 ? 32 : 128
  const prefix = bits === undefined ? most : Number(bits)
  return prefix > most ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** An IPv4 address that came in over IPv6 (`::ffff:10.0.0.1`) is the IPv4 address. A range that cannot be read allows nobody. */
export function isAllowedFrom(cidrs: readonly string[] | null, address: string | undefined): boolean {
  if (cidrs === null) return true
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 0) return false
  const list = new BlockList()
  for (const text of cidrs) {
    const range = readCidr(text)
    if (range) list.addSubnet(range.address, range.prefix, range.family)
  }
  return list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
