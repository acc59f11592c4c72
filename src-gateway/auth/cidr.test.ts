/** Ranges are read strictly and a mapped address is the address it maps. */
import { expect, it } from 'vitest'
import { isAllowedFrom, readCidr } from './cidr.ts'

it('reads ranges and single addresses of both families, and nothing else', () => {
  expect(readCidr('10.0.0.0/8')).toEqual({ address: '10.0.0.0', prefix: 8, family: 'ipv4' })
  expect(readCidr(' 192.168.1.7 ')).toEqual({ address: '192.168.1.7', prefix: 32, family: 'ipv4' })
  expect(readCidr('fd00::/8')).toEqual({ address: 'fd00::', prefix: 8, family: 'ipv6' })
  for (const bad of ['', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/8/9', 'localhost', '10.0.0.0/', 'fd00::/129', '10.0.0.0/-1']) expect(readCidr(bad)).toBeNull()
})
it('lets in what is inside a range only', () => {
  expect(isAllowedFrom(null, undefined)).toBe(true)
  expect(isAllowedFrom([], '127.0.0.1')).toBe(false)
  expect(isAllowedFrom(['127.0.0.0/8'], '127.0.0.1')).toBe(true)
  expect(isAllowedFrom(['127.0.0.0/8'], '::ffff:127.0.0.1')).toBe(true)
  expect(isAllowedFrom(['10.0.0.0/8', 'fd00::/8'], 'fd12::1')).toBe(true)
  expect(isAllowedFrom(['fe80::/10'], 'fe80::1%eth0')).toBe(true)
  expect(isAllowedFrom(['10.0.0.0/8'], '11.0.0.1')).toBe(false)
  expect(isAllowedFrom(['nonsense'], '10.0.0.1')).toBe(false)
  expect(isAllowedFrom(['10.0.0.0/8'], undefined)).toBe(false)
})
