/** How a scripted server misbehaves when it is told to: cut, hanging, dripping, failing in the middle, raw bytes; and that it sees who hung up. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { answer, errorAnswer, pieces, type Answer } from './script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from './server.ts'

const open: ScriptedServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function play(kind: KindName, chosen: Answer, signal?: AbortSignal): Promise<{ server: ScriptedServer; response: Response }> {
  const server = await scriptedServer(kind, { script: [chosen], key: null })
  open.push(server)
  const path = { chat: '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages', ollama: '/api/chat' }[kind]
  const said = kind === 'responses' ? { input: 'hello' } : { messages: [{ role: 'user', content: 'hello' }], ...(kind === 'messages' ? { max_tokens: 10 } : {}) }
  const response = await fetch(server.origin + path, {
    method: 'POST', headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }, body: JSON.stringify({ model: 'some-model', stream: true, ...said }), ...(signal ? { signal } : {}),
  })
  return { server, response }
}
const TEXT = 'Zwölf große Boxkämpfer jagen Viktor 🥊 über den Deich.'

describe.each(KINDS)('%s', (kind) => {
  it('drips the same bytes that it sends at once', async () => {
    const whole = await (await play(kind, answer(TEXT))).response.text()
    const dripped = await (await play(kind, answer(TEXT, { dripBytes: 7 }))).response.text()
    expect(dripped).toBe(whole)
    expect(whole.length).toBeGreaterThan(200)
  })
  it('cuts the connection in the middle', async () => {
    const { response } = await play(kind, answer(TEXT, { cutAfter: 2 }))
    await expect(response.text()).rejects.toThrow('terminated')
  })
  it('fails in the middle in its own words', async () => {
    const text = await (await play(kind, answer(TEXT, { failAfter: 2 }))).response.text()
    expect(text).toMatch(/server had an error|Overloaded|unexpectedly stopped/)
  })
  it('answers an error as its provider does, with the headers it is told', async () => {
    const { response } = await play(kind, errorAnswer(429, { headers: { 'retry-after': '7' } }))
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    const body = (await response.json()) as { error: unknown } // Every provider's errors are under this word.
    expect(typeof body.error).toBe(kind === 'ollama' ? 'string' : 'object')
  })
  it('sees that the caller hung up', async () => {
    const stop = new AbortController()
    const { server, response } = await play(kind, answer(TEXT, { hangAfter: 1 }), stop.signal)
    await response.body?.getReader().read()
    stop.abort()
    await expect.poll(() => server.asked[0]?.aborted).toBe(true)
    expect(server.open()).toBe(0)
  })
})

it('a script that is over is said aloud', async () => {
  const server = await scriptedServer('chat', { key: null })
  open.push(server)
  const response = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m","messages":[{"role":"user","content":"x"}]}' })
  expect(response.status).toBe(500)
  expect(server.problems).toEqual(['it has no answer number 1'])
})

it('can be started by hand', async () => {
  const child = spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, 'cli.ts'), 'messages', '--text', 'by hand'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    const { url, kind } = JSON.parse(line) as { url: string; kind: string } // Its ready line.
    expect(kind).toBe('messages')
    const body = JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] })
    const answered = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }, body })
    expect(await answered.json()).toMatchObject({ content: [{ type: 'text', text: 'by hand' }] })
  } finally {
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  }
})

describe('pieces', () => {
  it('never breaks a character and joins to the whole', () => {
    for (const count of [1, 2, 3, 7, 50, 500]) {
      const cut = pieces(TEXT, count)
      expect(cut.join('')).toBe(TEXT)
      expect(cut.every((piece) => Buffer.from(piece).toString() === piece)).toBe(true)
    }
  })
})
