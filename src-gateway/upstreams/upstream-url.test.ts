/** What each kind makes of an address. */
import { expect, it } from 'vitest'
import { isLoopback, parseUpstreamUrl, pathUnder, type HttpKind } from './upstream-url.ts'

function whole(kind: HttpKind, address: string, path: string): string {
  const base = parseUpstreamUrl(kind, address)
  if ('problem' in base) throw new Error(base.problem)
  const host = base.hostname.includes(':') ? `[${base.hostname}]` : base.hostname
  const usual = base.protocol === 'https:' ? 443 : 80
  return `${base.protocol}//${host}${base.port === usual ? '' : `:${base.port}`}${pathUnder(base, path)}`
}

it.each([
  ['chat', 'https://api.example.com', 'https://api.example.com/v1/chat/completions'],
  ['chat', 'https://api.example.com/', 'https://api.example.com/v1/chat/completions'],
  ['chat', 'https://api.example.com/v1//', 'https://api.example.com/v1/chat/completions'],
  ['chat', 'https://x.example/api/v1', 'https://x.example/api/v1/chat/completions'],
  ['chat', 'https://x.example/v1beta/openai/', 'https://x.example/v1beta/openai/chat/completions'],
  ['chat', 'https://x.example/v1/chat/completions', 'https://x.example/v1/chat/completions'],
  ['chat', 'https://x.example/chat/completions/', 'https://x.example/chat/completions'],
  ['chat', 'http://[::1]:8080', 'http://[::1]:8080/v1/chat/completions'],
  ['chat', 'https://x.example/openai?api-version=2024-10-21', 'https://x.example/openai/chat/completions?api-version=2024-10-21'],
] as const)('%s at %s', (kind, address, expected) => {
  expect(whole(kind, address, '/chat/completions')).toBe(expected)
})

it.each([
  ['https://api.example.com', 'https://api.example.com/v1/messages?beta=true'],
  ['https://api.example.com/v1', 'https://api.example.com/v1/messages?beta=true'],
  ['https://x.example/anthropic/', 'https://x.example/anthropic/v1/messages?beta=true'],
  ['https://x.example/v1/messages', 'https://x.example/v1/messages?beta=true'],
  ['https://x.example/own/messages', 'https://x.example/own/messages?beta=true'],
  ['https://x.example/messages', 'https://x.example/messages?beta=true'],
  ['https://x.example/v2?key=1', 'https://x.example/v2/messages?key=1&beta=true'],
])('messages at %s', (address, expected) => {
  expect(whole('messages', address, '/messages?beta=true')).toBe(expected)
})

it.each(['http://127.0.0.1:11434', 'http://127.0.0.1:11434/', 'http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/api/chat'])('ollama at %s', (address) => {
  expect(whole('ollama', address, '/api/chat')).toBe('http://127.0.0.1:11434/api/chat')
})

it('gives an address to show that means the same when it is read again', () => {
  const addresses = ['https://x.example', 'https://x.example/v1/', 'https://x.example/messages', 'https://x.example/own/messages', 'https://x.example/chat/completions', 'https://x.example/a/v1?k=1', 'https://x.example/responses']
  for (const kind of ['chat', 'responses', 'messages', 'ollama'] as const) {
    for (const address of addresses) {
      const base = parseUpstreamUrl(kind, address)
      if ('problem' in base) throw new Error(base.problem)
      expect(parseUpstreamUrl(kind, base.url), `${kind} ${address}`).toEqual(base)
    }
  }
  expect(parseUpstreamUrl('chat', 'http://127.0.0.1:11434')).toMatchObject({ url: 'http://127.0.0.1:11434/v1' })
})

it.each([
  ['nonsense', 'cannot be read'], ['file:///etc/passwd', 'must begin with http'], ['ws://x.example', 'must begin with http'], ['https://user:pass@x.example/v1', 'own field'], ['https://sk-1@x.example/v1', 'own field'],
])('refuses %s', (address, words) => {
  expect(parseUpstreamUrl('chat', address)).toEqual({ problem: expect.stringContaining(words) })
})

it('knows this machine', () => {
  expect(['localhost', 'x.localhost', '127.0.0.1', '127.9.9.9', '::1'].map(isLoopback)).toEqual([true, true, true, true, true])
  expect(['127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com', '12.127.0.0'].map(isLoopback)).toEqual([false, false, false, false])
})
