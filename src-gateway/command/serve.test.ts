/** The real process while it runs and ends: drain, signals, reading the configuration again, health, figures, and what its log must not say. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bearer, PROCESS_TIMEOUT, startProcess, startStream } from '../testing/test-process.ts'
import { temporaryFolder } from '../testing/test-machine.ts'

const charged = async (folder: string): Promise<{ outcome: string; charged_micro_usd: number; output_tokens: number }[]> => {
  const again = startProcess(['--data', folder])
  const { url, token } = await again.ready()
  const body = (await (await fetch(`${url}/api/v1/billing/token-usage`, { headers: bearer(token) })).json()) as { transactions: { outcome: string; charged_micro_usd: number; output_tokens: number }[] }
  again.child.kill('SIGTERM')
  await again.exit
  return body.transactions
}

describe('ending', { timeout: PROCESS_TIMEOUT }, () => {
  it('lets a call finish, is not ready meanwhile, and takes no new one', async () => {
    const folder = temporaryFolder()
    const gateway = startProcess(['--data', folder])
    const at = await gateway.ready()
    const stream = await startStream(at, 3000, 2000)
    gateway.child.kill('SIGTERM')
    await gateway.logged('gateway.draining')
    const ready = await fetch(`${at.url}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ status: 'unavailable', ending: true })])
    const refused = await fetch(`${at.url}/v1/messages`, { method: 'POST', headers: bearer(at.token), body: '{}' })
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([503, '2', 'close'])
    expect(await refused.json()).toMatchObject({ type: 'error' })
    expect((await fetch(`${at.url}/api/v1/me`, { headers: bearer(at.token) })).status).toBe(503)
    expect((await fetch(`${at.url}/health`)).status).toBe(200)
    const text = await stream.rest
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(await gateway.exit).toBe(0)
    expect(await charged(folder)).toMatchObject([{ outcome: 'finished' }])
  })
  it('asked twice, ends at once and charges what was delivered', async () => {
    const folder = temporaryFolder()
    const gateway = startProcess(['--data', folder])
    const stream = await startStream(await gateway.ready(), 100_000, 500)
    const rest = stream.rest.then(() => 'ended', () => 'cut')
    gateway.child.kill('SIGINT')
    await gateway.logged('gateway.draining')
    gateway.child.kill('SIGINT')
    expect(await gateway.exit).toBe(0)
    await rest
    const [receipt] = await charged(folder)
    expect(receipt?.outcome).toBe('stopped')
    expect(receipt?.output_tokens).toBeGreaterThan(0)
    expect(receipt?.output_tokens).toBeLessThan(20_000)
  })
  it('after its time is up, ends what still runs', async () => {
    const gateway = startProcess(['--data', temporaryFolder(), '--drain-seconds', '1'])
    const stream = await startStream(await gateway.ready(), 100_000, 500)
    const rest = stream.rest.then(() => 'ended', () => 'cut')
    gateway.child.kill('SIGTERM')
    expect(await gateway.exit).toBe(0)
    await rest
    expect(gateway.log().find((line) => line['event'] === 'gateway.draining')).toMatchObject({ running: 1, seconds: 1 })
    expect(gateway.log().find((line) => line['event'] === 'gateway.calls-ended')).toMatchObject({ running: 1 })
  })
  it('under a parent that cannot wait, ends at once', async () => {
    const gateway = startProcess(['--data', temporaryFolder(), '--parent-pipe'])
    const stream = await startStream(await gateway.ready(), 100_000, 500)
    const rest = stream.rest.then(() => 'ended', () => 'cut')
    gateway.child.kill('SIGTERM')
    expect(await gateway.exit).toBe(0)
    await rest
    expect(gateway.log().some((line) => line['event'] === 'gateway.draining')).toBe(false)
  })
  it('without a configuration file a hang-up means the end', async () => {
    const gateway = startProcess(['--data', temporaryFolder()])
    await gateway.ready()
    gateway.child.kill('SIGHUP')
    expect(await gateway.exit).toBe(0)
  })
})

describe('the configuration', { timeout: PROCESS_TIMEOUT }, () => {
  const write = (file: string, text: string): void => writeFileSync(file, text)
  it('is read again on SIGHUP: a good one is in force at once, a bad one changes nothing and is told with its line', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'gateway.json')
    write(file, '{ "prices": { "schedule": "always=reduced" }, "logs": { "level": "info" } }')
    const gateway = startProcess(['--data', path.join(folder, 'd'), '--config', file])
    const { url, token } = await gateway.ready()
    const mode = async (): Promise<unknown> => ((await (await fetch(`${url}/api/v1/pricing`, { headers: bearer(token) })).json()) as Record<string, unknown>)['mode']
    expect(await mode()).toBe('reduced')
    write(file, '{ "prices": { "schedule": "always=surge" },\n "drainSeconds": "soon" }')
    gateway.child.kill('SIGHUP')
    expect(await gateway.logged('config.refused')).toMatchObject({ level: 'error', problem: `${file}:2:2: drainSeconds: It must be a number.` })
    expect(await mode()).toBe('reduced')
    write(file, '{ "prices": { "schedule": "always=surge" }, "listen": { "port": 1234 }, "upstreams": [{ "id": "late", "kind": "chat", "url": "http://127.0.0.1:9/v1", "models": ["late-model"] }] }')
    gateway.child.kill('SIGHUP')
    expect(await gateway.logged('config.reloaded')).toMatchObject({ changed: ['upstreams', 'prices'], upstreams: ['late'] })
    expect(await gateway.logged('config.needs-restart')).toMatchObject({ part: 'listen' })
    expect(await mode()).toBe('surge')
    expect(JSON.stringify(await (await fetch(`${url}/v1/models`, { headers: bearer(token) })).json())).toContain('late-model')
  })
  it('that is bad ends the start with its place, code 2, and touches no data', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'gateway.json')
    write(file, '{ "upstreams": [\n  { "id": "a", "kind": "chat", "url": "http://x", "key": "sk-secret123" } ] }')
    const gateway = startProcess(['--data', path.join(folder, 'd'), '--config', file])
    expect(await gateway.exit).toBe(2)
    expect(JSON.parse(gateway.stderr())).toMatchObject({ error: 'bad-config', detail: expect.stringContaining(`${file}:2:`) })
    expect(gateway.stderr()).toContain('PORTICO_UPSTREAM_<ID>_KEY')
    expect(gateway.stderr()).not.toContain('secret123')
    expect(existsSync(path.join(folder, 'd'))).toBe(false)
  })
  it('keeps keys out of the log, also when an upstream repeats them', async () => {
    const key = 'correct-horse-battery-staple'
    const gateway = startProcess(['--data', temporaryFolder(), '--upstream', `echo=chat:http://127.0.0.1:9/${key}/v1`, '--model', 'x=echo/y'], { PORTICO_UPSTREAM_ECHO_KEY: key })
    const { url, token } = await gateway.ready()
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: bearer(token), body: JSON.stringify({ model: 'x', messages: [{ role: 'user', content: 'my-secret-prompt' }] }) })
    expect(answer.status).toBeGreaterThanOrEqual(500)
    gateway.child.kill('SIGTERM')
    await gateway.exit
    for (const secret of [key, token, 'my-secret-prompt']) expect(gateway.stderr()).not.toContain(secret)
    expect(gateway.log().length).toBeGreaterThan(1)
  })
})

describe('watching it', { timeout: PROCESS_TIMEOUT }, () => {
  it('health, figures, requests, log and events of a call', async () => {
    const gateway = startProcess(['--data', temporaryFolder()])
    const at = await gateway.ready()
    const read = async (route: string, token: string | null = at.token): Promise<{ status: number; text: string }> => {
      const answer = await fetch(at.url + route, token === null ? {} : { headers: bearer(token) })
      return { status: answer.status, text: await answer.text() }
    }
    const events = await fetch(`${at.url}/local/v1/events`, { headers: bearer(at.token) })
    const reader = events.body?.getReader()
    await (await startStream(at, 50, 100_000)).rest
    let told = ''
    const decoder = new TextDecoder()
    while (reader && !told.includes('"state":"finished"')) told += decoder.decode((await reader.read()).value, { stream: true })
    await reader?.cancel()
    expect(told).toMatch(/^: connected\n\n/)
    expect(told).toContain('event: request\ndata: {')

    for (const route of ['/health/detailed', '/local/v1/status', '/local/v1/requests', '/local/v1/logs', '/local/v1/events']) expect([route, (await read(route, null)).status]).toEqual([route, 401])
    expect(JSON.parse((await read('/health', null)).text)).toEqual({ status: 'ok' })
    expect(JSON.parse((await read('/health/ready', null)).text)).toMatchObject({ status: 'ok', database: 'ok' })
    const detailed = await read('/health/detailed')
    expect(JSON.parse(detailed.text)).toMatchObject({ status: 'ok', store: { kind: 'sqlite', latency_ms: expect.any(Number) }, audit: { ok: true, problems: 0 }, calls: { running: 0 }, ending: { state: 'serving', until: null }, memory: { rss_bytes: expect.any(Number) } })
    expect(JSON.parse((await read('/local/v1/requests?limit=5')).text)).toMatchObject({ requests: [{ model: 'offline-practice', state: 'finished', status: 200 }] })
    expect((await read('/local/v1/requests?limit=x')).status).toBe(400)
    expect(JSON.parse((await read('/local/v1/logs')).text)).toMatchObject({ lines: expect.arrayContaining([expect.objectContaining({ event: 'gateway.listening', level: 'info' })]) })
    const metrics = await read('/metrics', null)
    expect(metrics.text).toMatch(/^portico_gateway_requests_total\{wire="chat-completions",model="offline-practice",upstream="offline",status="200"\} 1$/m)
    expect(metrics.text).toMatch(/^portico_gateway_tokens_total\{model="offline-practice",kind="output"\} [1-9]/m)
  })
  it('is ready only while an upstream answers, when that is asked for', async () => {
    const gateway = startProcess(['--data', temporaryFolder(), '--require-ready', '--upstream', 'gone=chat:http://127.0.0.1:9/v1'])
    const { url } = await gateway.ready()
    const ready = await fetch(`${url}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ upstream: 'unavailable', database: 'ok' })])
  })
})
