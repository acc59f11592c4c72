/** A configuration file is read strictly, and every problem is told with its path and line. */
import { describe, expect, it } from 'vitest'
import { problemLines, readConfig } from './read-config.ts'
import { configJsonSchema } from './schema.ts'

function problems(text: string): string[] {
  const read = readConfig(text)
  if (!('problems' in read)) throw new Error('was accepted')
  return problemLines('gateway.json', read.problems)
}
const FULL = `\uFEFF{
  // what this office uses
  "$schema": "./gateway.schema.json",
  "listen": { "host": "0.0.0.0", "port": 8443, "allowLan": true, "tls": { "cert": "tls/cert.pem", "key": "tls/key.pem" }, "allowedHosts": ["gw.office.lan"] },
  "store": "postgres://portico@db.lan/portico",
  "upstreams": [
    {
      "id": "openai", "kind": "responses", "url": "https://api.openai.com/v1", "name": "OpenAI",
      "keys": [{ "env": "OPENAI_API_KEY" }, { "keychain": "openai second" }, { "file": "keys/third" }],
      "headers": { "OpenAI-Organization": "org-1" }, "models": ["gpt-5.5"], "timeouts": { "connect": 5, "idle": 60.5 },
      "maxConcurrent": 20, "queue": { "most": 50, "patience": 10 }, "alwaysAskUsage": true,
    },
    { "id": "local", "kind": "ollama", "url": "http://127.0.0.1:11434" }, /* by itself too */
  ],
  "routes": [
    { "model": "portico-*", "targets": ["openai/gpt-*", { "upstream": "local", "model": "qwen3" }] },
    { "model": "claude-haiku-4-5", "wires": ["messages"], "modes": ["surge"], "toolbox": "budget", "targets": ["local/org/qwen3:30b"] },
  ],
  "prices": {
    "rates": { "standard": { "input": 5, "output": 30.000001, "cacheRead": 0.5 } },
    "cards": [{ "model": "gpt-5.5*", "standard": { "input": 1, "output": 2 } }],
    "schedule": [{ "mode": "surge", "from": "10:00", "to": "12:00", "days": ["mon", "fri"] }],
    "override": { "mode": "reduced", "until": "2026-12-31T00:00:00Z" },
  },
  "limits": { "perAddress": { "ai": 100, "global": null }, "perKey": { "requestsPerMinute": 60, "concurrent": 4 } },
  "reservation": { "maxOutputTokens": 8000 }, "logs": { "level": "warn", "format": "plain" },
  "retentionDays": 90, "drainSeconds": 10, "autoOllama": false, "requireReady": true,
}`

describe('readConfig', () => {
  it('takes everything the brief names, with comments, trailing commas and a byte order mark', () => {
    const read = readConfig(FULL)
    if ('problems' in read) throw new Error(problemLines('x', read.problems).join('\n'))
    expect(read.config.upstreams?.[0]?.keys).toEqual([{ env: 'OPENAI_API_KEY' }, { keychain: 'openai second' }, { file: 'keys/third' }])
    expect(read.config.upstreams).toHaveLength(2)
    expect(read.problemAt(['upstreams', 0, 'keys', 1], 'gone')).toEqual({ path: 'upstreams[0].keys[1]', line: 9, column: 45, message: 'gone' })
    expect(readConfig('{}')).toMatchObject({ config: {} })
  })
  it.each([
    ['', /^gateway.json:1:1: This is no JSON|empty/],
    ['{\n  "listen": {\n    "port": 80\n', /^gateway.json:4:1: This is no JSON: a closing } is missing/],
    ['{\n  "store" "x"\n}', /^gateway.json:2:11: This is no JSON: a colon is missing/],
    ['{ listen: 1 }', /^gateway.json:1:3: This is no JSON: a word that means nothing here/],
    ['[]', /^gateway.json:1:1: It must be an object/],
    ['{\n "listne": {}\n}', /^gateway.json:2:2: listne: There is no such setting\./],
    ['{\n "listen": {\n  "prot": 1 } }', /^gateway.json:3:3: listen\.prot: There is no such setting\./],
    ['{"listen":{"port":"80"}}', /listen\.port: It must be a number/],
    ['{"listen":{"port":70000}}', /listen\.port: It must be at most 65535/],
    ['{"listen":{"port":1},\n"listen":{"port":2}}', /^gateway.json:2:1: listen: This name is there twice/],
    ['{"upstreams":[{"id":"a","kind":"chat","url":"http://x"},\n{"id":"a","kind":"chat","url":"http://y"}]}', /^gateway.json:2:2: upstreams\[1\]\.id: The id “a” is there twice/],
    ['{"upstreams":[{"id":"A b","kind":"chat","url":"http://x"}]}', /upstreams\[0\]\.id: An id is 1 to 40/],
    ['{"upstreams":[{"id":"a","kind":"openai","url":"http://x"}]}', /upstreams\[0\]\.kind: It must be one of "chat", "responses", "messages", "ollama", "scripted"/],
    ['{"upstreams":[{"id":"a","kind":"practice","url":"http://x"}]}', /kind: It must be one of/],
    ['{"upstreams":[{"id":"a","kind":"chat"}]}', /upstreams\[0\]\.url: It must be a text in quotes/],
    ['{"routes":[{"model":"a*b*","targets":["x/y"]}]}', /routes\[0\]\.model: A name may hold one \* at most/],
    ['{"routes":[{"model":"a","targets":["xy"]}]}', /routes\[0\]\.targets\[0\]: A target is written "UPSTREAM\/MODEL"/],
    ['{"routes":[{"model":"a","targets":[{"upstream":"x"}]}]}', /routes\[0\]\.targets\[0\]\.model: It must be a text/],
    ['{"routes":[{"model":"a","targets":["x/y","x/b*"]}]}', /routes\[0\]\.targets\[1\]: The route’s name has no \*/],
    ['{"routes":[{"model":"a","targets":[]}]}', /routes\[0\]\.targets: It must have at least 1 members/],
    ['{"prices":{"rates":{"standard":{"input":0.0000001,"output":1}}}}', /rates\.standard\.input: Dollars have six decimals/],
    ['{"prices":{"rates":{"standard":{"input":-1,"output":1}}}}', /rates\.standard\.input: It must be at least 0/],
    ['{"prices":{"schedule":"10-12"}}', /prices\.schedule: A schedule looks like/],
    ['{"prices":{"schedule":[{"mode":"surge","from":"25:00","to":"12:00"}]}}', /prices\.schedule\[0\]\.from: A time is written/],
    ['{"prices":{"override":{"mode":"surge","until":"tomorrow"}}}', /override\.until: It must be a time such as/],
    ['{"limits":{"perAddress":"none"}}', /limits\.perAddress/],
    ['{"limits":{"perAddress":{"ai":0}}}', /limits\.perAddress\.ai: It must be/],
    ['{"logs":{"level":"debug"}}', /logs\.level: It must be one of "info", "warn", "error", "off"/],
    ['{"store":"mysql://x"}', /store: The store is “sqlite:FOLDER” or/],
    ['{"drainSeconds":1.5}', /drainSeconds: It must be a whole number/],
  ])('refuses %j with its place', (text, words) => {
    expect(problems(text).join('\n')).toMatch(words)
  })
  it.each([
    '{"upstreams":[{"id":"a","kind":"chat","url":"http://x","key":"sk-secret123"}]}',
    '{"upstreams":[{"id":"a","kind":"chat","url":"http://x","apiKey":"sk-secret123"}]}',
    '{"upstreams":[{"id":"a","kind":"chat","url":"http://x","keys":["sk-secret123"]}]}',
    '{"upstreams":[{"id":"a","kind":"chat","url":"http://x","keys":[{"value":"sk-secret123"}]}]}',
    '{"upstreams":[{"id":"a","kind":"chat","url":"http://x","headers":{"Authorization":"Bearer sk-secret123"}}]}',
  ])('refuses a secret in the file, says what to do instead, and does not repeat it: %s', (text) => {
    const said = problems(text).join('\n')
    expect(said).toContain('PORTICO_UPSTREAM_<ID>_KEY')
    expect(said).not.toContain('secret123')
  })
  it.each(['postgres://portico:hunter22@db/portico', 'postgresql://db/portico?user=p&password=hunter22'])('refuses a password in the store’s address: %s', (store) => {
    const said = problems(JSON.stringify({ store })).join('\n')
    expect(said).toContain('PORTICO_GATEWAY_STORE')
    expect(said).not.toContain('hunter22')
  })
  it('tells all problems at once', () => {
    expect(problems('{"logs":{"level":1},"drainSeconds":-1,"x":1}')).toHaveLength(3)
  })
  it('__proto__ is a name like any other', () => {
    expect(problems('{"__proto__":{"drainSeconds":1}}')).toEqual(['gateway.json:1:2: __proto__: There is no such setting.'])
  })
})

describe('the JSON Schema', () => {
  it('describes what may be written and offers no place for a secret', () => {
    const schema = configJsonSchema()
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, $schema: expect.stringContaining('json-schema.org') })
    const text = JSON.stringify(schema)
    for (const name of ['upstreams', 'alwaysAskUsage', 'maxOutputTokens', 'drainSeconds', 'requestsPerMinute', 'cacheRead']) expect(text).toContain(`"${name}"`)
    expect(text).not.toMatch(/"(key|apiKey|api_key|token)":\{\}/)
  })
})
