import { expect, it } from 'vitest'
import { checkLink } from './link-policy.ts'
import { createLinks, ownOrigins } from './links.ts'

const GATEWAY = 'http://127.0.0.1:18790'

it.each([
  ['https://codexapi.pro/docs?x=1#top', 'https://codexapi.pro/docs?x=1#top'],
  ['https://sub.example.co.uk', 'https://sub.example.co.uk/'],
  [`${GATEWAY}/device?ticket=abc`, `${GATEWAY}/device?ticket=abc`],
])('opens %s', (url, opened) => expect(checkLink(url, [GATEWAY])).toBe(opened))

it('opens the chosen gateway’s own port', () => {
  expect(checkLink('https://gateway.example:8443/device', ['https://gateway.example:8443'])).toBe('https://gateway.example:8443/device')
  expect(() => checkLink('https://gateway.example:8443/device', [])).toThrow()
})

it.each([
  'http://codexapi.pro/', 'http://127.0.0.1:18791/device', 'http://127.0.0.1/device', 'http://localhost:18790/device', 'http://127.0.0.1:18790@evil.example/',
  'https://user:pass@codexapi.pro/', 'https://codexapi.pro@evil.example/', 'https://codexapi.pro:8080/', 'https://xn--cdexapi-9db.pro/', 'https://cоdexapi.pro/',
  'https://localhost/', 'https://127.0.0.1/', 'https://[::1]/', 'https://2130706433/', 'https://0x7f.1/', 'https://intranet/',
  'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'app://portico/index.html', 'smb://server/share', 'ms-settings:privacy', 'mailto:a@b.c',
  'https://codexapi.pro\\@evil.example/', 'https://codexapi.pro/ x', ' https://codexapi.pro/', 'https://codexapi.pro/\u202egpj.exe', 'https://codexapi.pro/\n', 'nonsense', '',
  `https://codexapi.pro/${'x'.repeat(5_000)}`,
])('refuses %s', (url) => expect(() => checkLink(url, [GATEWAY])).toThrowError(expect.objectContaining({ code: 'link.refused' })))

it('does not let a loopback origin with https or another http host through as its own', () => {
  expect(() => checkLink('http://gateway.example/device', ['http://gateway.example'])).toThrow()
})

it('counts the running gateway and the chosen one as its own', async () => {
  const gateway = { kind: 'ready' as const, url: GATEWAY, port: 18_790, note: null }
  const waiting = {
    kind: 'awaiting-user' as const, systemId: 'codegrex', systemName: 'CodeGrex', baseUrl: 'https://gateway.example:8443/base', userCode: 'A', verificationUri: 'https://x.example',
    startedAt: 0, expiresAt: 1, interval: 5_000, problem: null,
  }
  expect(ownOrigins(gateway, waiting)).toEqual([GATEWAY, 'https://gateway.example:8443'])
  expect(ownOrigins({ kind: 'stopped' }, { kind: 'signed-out', reason: 'never' })).toEqual([])
  const opened: string[] = []
  const links = createLinks({ browser: { open: async (url) => void opened.push(url) }, gateway: () => gateway, auth: () => waiting })
  await links.open(`${GATEWAY}/device`)
  await expect(links.open('file:///etc/passwd')).rejects.toMatchObject({ code: 'link.refused' })
  expect(opened).toEqual([`${GATEWAY}/device`])
})
