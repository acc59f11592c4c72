/** Which hosts are offered and taken. */
import { describe, expect, it } from 'vitest'
import { isHost, readHosts } from './hosts.ts'

describe('readHosts', () => {
  it('reads names, not patterns, in their order, once', () => {
    expect(readHosts('# mine\nHost box\n  HostName 10.0.0.1\nhost = "two" three *.example !four\nHost box\r\nMatch host x\nInclude more/*\n', (pattern) => (pattern === 'more/*' ? ['Host five'] : []))).toEqual(['box', 'two', 'three', 'five'])
  })
})

describe('isHost', () => {
  it.each(['box', 'me@box.example', 'ssh://me@box:2222', '127.0.0.1', 'me@[::1]'])('%s is one', (text) => {
    expect(isHost(text)).toBe(true)
  })
  it.each(['-oProxyCommand=x', 'a b', 'a;b', '$(x)', '', 'me@-box', "a'b"])('%s is none', (text) => {
    expect(isHost(text)).toBe(false)
  })
})
