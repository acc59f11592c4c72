/** The real process: one ready line, quiet otherwise, its exit codes, its ways to end, and the wallet after a kill -9. */
import { createServer } from 'node:net'
import { statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from './arguments.ts'
import { bearer, PROCESS_TIMEOUT, startProcess } from './testing/test-process.ts'
import { onCleanup, temporaryFolder } from './testing/test-machine.ts'

const start = (...args: string[]) => startProcess(args)

describe('the gateway process', { timeout: PROCESS_TIMEOUT }, () => {
  it('prints one line, keeps its files private, logs no secret, and ends with 0 on SIGTERM', async () => {
    const folder = path.join(temporaryFolder(), 'data')
    const started = performance.now()
    const gateway = start('--data', folder)
    const { url, token } = await gateway.ready()
    // Told, not judged: whatever else this machine does is in it. The limit is the bench's.
    console.info(`first start of the gateway's process: ready after ${(performance.now() - started).toFixed(0)} ms`)
    expect((await fetch(`${url}/api/v1/me`, { headers: bearer(token) })).status).toBe(200)
    await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: bearer(token), body: JSON.stringify({ model: 'offline-practice', messages: [{ role: 'user', content: 'say my-secret-prompt' }] }) }).then((response) => response.text())
    for (const file of ['gateway.db', 'local-account.json']) expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exit).toBe(0)
    expect(gateway.stdout().trim().split('\n')).toHaveLength(1)
    for (const line of gateway.stderr().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('event')
    expect(gateway.stderr()).not.toContain(token)
    expect(gateway.stderr()).not.toContain('my-secret-prompt')
  })
  it('says that the port is taken (3), that the folder is in use (4), that it was not understood (2)', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => other.listen(0, '127.0.0.1', () => {
      const address = other.address()
      resolve(address && typeof address === 'object' ? address.port : 0)
    }))
    onCleanup(() => void other.close())
    const folder = temporaryFolder()
    const taken = start('--data', folder, '--port', String(port))
    expect(await taken.exit).toBe(3)
    expect(JSON.parse(taken.stderr())).toEqual({ error: 'port-taken', port })
    const first = start('--data', folder)
    await first.ready()
    const second = start('--data', folder)
    expect(await second.exit).toBe(4)
    expect(JSON.parse(second.stderr())).toMatchObject({ error: 'data-in-use' })
    const wrong = start('--dta', folder)
    expect(await wrong.exit).toBe(2)
    expect(JSON.parse(wrong.stderr())).toMatchObject({ error: 'bad-arguments', detail: 'Unknown argument --dta' })
    expect([taken.stdout(), second.stdout(), wrong.stdout()]).toEqual(['', '', ''])
  })
  it('ends when its parent’s pipe does', async () => {
    const gateway = start('--data', temporaryFolder(), '--parent-pipe')
    await gateway.ready()
    gateway.child.stdin.end()
    expect(await gateway.exit).toBe(0)
  })
  it('lives on when nobody reads its log any more', async () => {
    const gateway = start('--data', temporaryFolder(), '--log-level', 'info')
    const { url, token } = await gateway.ready()
    const call = async (): Promise<number> => (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: bearer(token), body: JSON.stringify({ model: 'offline-practice', messages: [{ role: 'user', content: 'say hi' }] }) })).status
    gateway.child.stderr.destroy()
    // Each writes a line.
    for (let count = 0; count < 5; count += 1) expect(await call()).toBe(200)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exit).toBe(0)
  })
  it('after kill -9 in the middle of a stream starts again with the wallet whole', async () => {
    const folder = temporaryFolder()
    const first = start('--data', folder)
    const { url, token } = await first.ready()
    const ask = { method: 'POST', headers: bearer(token) }
    await fetch(`${url}/v1/chat/completions`, { ...ask, body: JSON.stringify({ model: 'offline-practice', messages: [{ role: 'user', content: 'say paid' }] }) }).then((response) => response.text())
    const response = await fetch(`${url}/v1/chat/completions`, { ...ask, body: JSON.stringify({ model: 'offline-practice', stream: true, messages: [{ role: 'user', content: 'stream 100000 characters at 1000 per second' }] }) })
    const reader = response.body?.getReader()
    const id = /"id":"([^"]+)"/.exec(new TextDecoder().decode((await reader?.read())?.value))?.[1]
    first.child.kill('SIGKILL')
    await first.exit
    await reader?.cancel().catch(() => undefined)
    const second = await start('--data', folder).ready()
    expect(second.token).toBe(token)
    const read = async (route: string): Promise<Record<string, unknown>> => (await (await fetch(second.url + route, { headers: bearer(token) })).json()) as Record<string, unknown>
    const all = (await read('/api/v1/billing/token-usage'))['transactions'] as { charged_micro_usd: number; response_id: string }[]
    expect(all).toHaveLength(1)
    expect((await read('/api/v1/wallet/status'))['balance_micro_usd']).toBe(25_000_000 - (all[0]?.charged_micro_usd ?? 0))
    expect((await read(`/api/v1/billing/token-usage?response_id=${id}`))['transactions']).toMatchObject([{ response_id: id, charged_micro_usd: 0, outcome: 'interrupted' }])
  })
})

describe('parseArguments', () => {
  it('reads all of them', () => {
    expect(parseArguments(['--data', 'd'])).toMatchObject({ port: null, dataDir: 'd', password: null, schedule: null, practiceCreditMicro: null, endsWithParent: false, rateLimits: null, upstreams: [], routes: [] })
    expect(parseArguments(['--port', '81', '--data=d', '--password', 'p', '--rate-limits', 'documented', '--schedule', 'always=surge', '--practice-credit', '1.5', '--parent-pipe'])).toMatchObject({
      port: 81, dataDir: 'd', password: 'p', rateLimits: 'documented', schedule: [{ mode: 'surge' }], practiceCreditMicro: 1_500_000, endsWithParent: true,
    })
    expect(parseArguments(['--upstream', 'a=messages:https://x/v1?y=z', '--model', 'b=a/c', '--host', '0.0.0.0', '--allow-lan', '--tls-cert', 'c', '--tls-key', 'k', '--drain-seconds', '0', '--log-level', 'off', '--require-ready'])).toMatchObject({
      upstreams: [{ id: 'a', kind: 'messages', url: 'https://x/v1?y=z' }], routes: [{ model: 'b', targets: [{ upstream: 'a', model: 'c' }] }],
      host: '0.0.0.0', allowLan: true, tls: { cert: 'c', key: 'k' }, drainSeconds: 0, logLevel: 'off', requireReady: true,
    })
  })
  it.each([
    [['--data'], /--data needs a value/], [['--data', 'd', '--port', 'x'], /--port must be/], [['--port', '70000'], /--port must be/], [['--port', ''], /--port needs a value/], [['--rate-limits', 'none'], /--rate-limits must be/],
    [['--schedule', 'x'], /--schedule must look/], [['--practice-credit', '-1'], /--practice-credit must be/], [['--practice-credit', 'NaN'], /--practice-credit must be/], [['--data', 'd', '--data', 'e'], /given twice/], [['--dta', 'd'], /Unknown argument --dta/], [['word'], /Unknown argument word/],
    [['--upstream', 'a'], /ID=KIND:URL/], [['--upstream', 'a b=chat:http://x'], /ID=KIND:URL/], [['--upstream', 'a=openai:http://x'], /the kind must be/], [['--upstream', 'a=practice:x'], /the kind must be/],
    [['--upstream', 'a=chat:ftp://x'], /http/], [['--upstream', 'a=chat:http://u:hunter22@x'], /A key does not belong/], [['--upstream', 'a=chat:http://x', '--upstream', 'a=chat:http://y'], /given twice/],
    [['--model', 'a'], /ALIAS=ID\/MODEL/], [['--model', 'a=b'], /ALIAS=ID\/MODEL/], [['--model', 'a*b*=c/d'], /one \*/], [['--model', 'a=b/c*'], /has no \*/], [['--tls-cert', 'c'], /belong together/],
    [['--allow-lan=yes'], /takes no value/], [['--host', '--port'], /--host needs a value/], [['--log-level', 'debug'], /--log-level must be/], [['--drain-seconds', '1e3'], /--drain-seconds must be/],
  ])('refuses %j', (argv, words) => {
    const parsed = parseArguments(argv)
    expect(parsed).toHaveProperty('problem', expect.stringMatching(words))
    expect(JSON.stringify(parsed)).not.toContain('hunter22')
  })
})
