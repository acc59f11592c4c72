/** The real process: one ready line, quiet otherwise, its exit codes, its ways to end, and the wallet after a kill -9. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createServer } from 'node:net'
import { statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readyLineSchema } from '../src-shared/http/local.ts'
import { onCleanup, temporaryFolder } from './testing/test-gateway.ts'
import { parseArguments } from './arguments.ts'

const MAIN = path.join(path.dirname(fileURLToPath(import.meta.url)), 'main.ts')

interface Started {
  child: ChildProcessWithoutNullStreams
  stdout(): string
  stderr(): string
  ready(): Promise<{ url: string; token: string }>
  exit: Promise<number | null>
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  onCleanup(async () => {
    child.kill('SIGKILL')
    await exit
  })
  const ready = async () => {
    await expect.poll(() => out.includes('\n') || child.exitCode !== null, { timeout: 15_000, interval: 20 }).toBe(true)
    return readyLineSchema.parse(JSON.parse(out))
  }
  return { child, stdout: () => out, stderr: () => err, ready, exit }
}
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

describe('the gateway process', () => {
  it('prints one line, keeps its files private, logs no secret, and ends with 0 on SIGTERM', async () => {
    const folder = path.join(temporaryFolder(), 'data')
    const gateway = start('--data', folder)
    const { url, token } = await gateway.ready()
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
    expect(parseArguments(['--data', 'd'])).toMatchObject({ port: 0, dataDir: 'd', password: null, schedule: null, practiceCreditMicro: null, endsWithParent: false, rateLimits: { ai: 600, auth: 20 } })
    expect(parseArguments(['--port', '81', '--data', 'd', '--password', 'p', '--rate-limits', 'documented', '--schedule', 'always=surge', '--practice-credit', '1.5', '--parent-pipe'])).toMatchObject({
      port: 81, password: 'p', rateLimits: { global: 200, ai: 30 }, schedule: [{ mode: 'surge' }], practiceCreditMicro: 1_500_000, endsWithParent: true,
    })
  })
  it.each([[[]], [['--data']], [['--data', 'd', '--port', 'x']], [['--data', 'd', '--port', '70000']], [['--data', 'd', '--rate-limits', 'none']], [['--data', 'd', '--schedule', 'x']], [['--data', 'd', '--practice-credit', '-1']]])('refuses %j', (argv) => {
    expect(parseArguments(argv)).toHaveProperty('problem')
  })
})
