/** Nothing that is a secret or a prompt gets into a log line, whatever field and whatever text it stands in. */
import { describe, expect, it } from 'vitest'
import { createRedactor, HIDDEN } from './redact.ts'

const redactor = createRedactor()

describe('redact', () => {
  it.each([
    ['Authorization: Bearer abc.def-ghi_jkl', 'abc.def'],
    ['refused: Incorrect API key provided: sk-proj-Abc123_def456', 'Abc123'],
    ['key sk-ant-api03-AAAABBBBCCCC was refused', 'AAAABBBB'],
    ['got portico-local-0123456789abcdef', '0123456789'],
    ['GET https://gw.example/v1/models?key=AbCdEf123&x=1', 'AbCdEf123'],
    ['GET https://gw.example/v1?api_key=zzz9999&x=1', 'zzz9999'],
    ['postgres://portico:hunter22@db.example/portico failed', 'hunter22'],
    ['{"api_key":"topsecretvalue"}', 'topsecretvalue'],
    ['x-api-key: topsecretvalue', 'topsecretvalue'],
    ['authorization=Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef', 'eyJzdWIi'],
    ['ghp_0123456789abcdefABCD and AIzaSyA0123456789', '0123456789'],
  ])('takes the secret out of “%s”', (text, secret) => {
    const clean = redactor.text(text)
    expect(clean).not.toContain(secret)
    expect(clean).toContain(HIDDEN)
  })
  it('looks closer at whatever could be a secret: every look is found in the middle of any text', () => {
    for (const secret of ['Bearer abcdefgh', 'basic abcdefgh', 'eyJabcdefgh.abcdefgh', 'sk-abcdefgh', 'rk_abcdefgh', 'pk-abcdefgh', 'portico_key-abcdefgh', 'gho_abcdefgh', 'github_pat_abcdefgh', 'glpat-abcdefgh', 'xoxb-abcdefgh', 'hf_abcdefgh', 'gsk_abcdefgh',
      'AIzaabcdefgh', 'AKIAabcdefgh', 'ftp://abcdefgh@x', '#sig=abcdefgh', '?code=abcdefgh', '&auth=abcdefgh', 'apikey: abcdefgh', 'api_key=abcdefgh', 'password=abcdefgh', 'secret: abcdefgh', 'access-token=abcdefgh', 'AUTHORIZATION: abcdefgh']) {
      expect(redactor.text(`before ${secret} after`)).not.toContain('abcdefgh')
    }
  })
  it('leaves ordinary words, addresses and ids alone', () => {
    for (const text of ['connect ECONNREFUSED 127.0.0.1:11434', 'https://api.openai.com/v1/responses?limit=20', 'chatcmpl-abc123 gpt-5.5 task-list', 'the key was refused', 'no token was sent', 'http://127.0.0.1:1@']) {
      expect(redactor.text(text).replace('http://[hidden]@', 'http://127.0.0.1:1@')).toBe(text)
    }
  })
  it('hides fields by their name, at any depth, but keeps counts of the same name', () => {
    const clean = redactor.fields({
      Authorization: 'x', 'api-key': 'x', password: 'x', messages: [{ role: 'user', content: 'my prompt' }], input: 'my prompt', requestId: 'req_1', inputTokens: 5, input_tokens: 6, keys: 2, token: null,
      upstream: { headers: { 'X-Api-Key': 'x', accept: 'json' }, prompt: ['my prompt'] },
    })
    expect(clean).toEqual({
      Authorization: HIDDEN, 'api-key': HIDDEN, password: HIDDEN, messages: HIDDEN, input: HIDDEN, requestId: 'req_1', inputTokens: 5, input_tokens: 6, keys: 2, token: null,
      upstream: { headers: { 'X-Api-Key': HIDDEN, accept: 'json' }, prompt: HIDDEN },
    })
  })
  it('hides the secrets it was told, also without any look of one, and in a name', () => {
    const own = createRedactor()
    own.hide('correcthorsebattery')
    own.hide('short')
    expect(JSON.stringify(own.fields({ reason: 'said correcthorsebattery twice: correcthorsebattery', correcthorsebattery: 1, note: 'short' }))).toBe(
      '{"reason":"said [hidden] twice: [hidden]","[hidden]":1,"note":"short"}')
  })
  it('is bounded: depth, length, members, cycles, odd values', () => {
    const loop: Record<string, unknown> = { name: 'a' }
    loop['self'] = loop
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`, at]))
    const clean = redactor.fields({ loop, many, long: 'x'.repeat(100_000), big: 10n, run: () => 1, list: Array.from({ length: 500 }, () => 1), gone: undefined, error: new Error('Bearer abcdefghijk') })
    expect(JSON.stringify(clean).length).toBeLessThan(10_000)
    expect(clean).toMatchObject({ big: '10', run: '[function]' })
    expect(clean).not.toHaveProperty('gone')
    expect(JSON.stringify(clean)).not.toContain('abcdefghijk')
  })
  it('a secret that is cut by the limit does not show its first half', () => {
    expect(redactor.text(`${'x'.repeat(590)} sk-${'A'.repeat(60)}`)).not.toContain('sk-A')
  })
  it('a field called __proto__ stays a field', () => {
    const clean = redactor.fields(JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>)
    expect(Object.keys(clean)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
