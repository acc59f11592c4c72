/** Headless verbs from command line to exit code, against a gateway that answers as set; real files in a folder of their own. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeLog, fakeTime, settle, type FakeTime } from '../api/test-fakes.ts'
import { pathsOf } from '../app/paths.ts'
import type { GatewayProcess } from '../platform/gateway-launcher.ts'
import { memoryStore } from '../platform/node/secret-store.ts'
import type { SecretStore } from '../platform/ports.ts'
import { composeCli, type CliPlatform } from './compose-cli.ts'
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts'
import { loadVerb } from './load-verb.ts'
import { runCli } from './run.ts'

let folder: string
let time: FakeTime
let secrets: SecretStore
let env: Record<string, string>
let stdout: string
let stderr: string
let asked: string[]
/** The last body by "METHOD path". */
let bodies: Map<string, unknown>
const sent = (key: string): unknown => bodies.get(key)
/** Answers by "METHOD path"; null = nobody listens. */
let answers: Record<string, { status?: number; body: unknown } | null>
let interrupt: AbortController
let became: (string | null)[][]
let gatewayCode: number

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-cli-'))
  time = fakeTime()
  secrets = { ...memoryStore(), kind: 'keychain', backend: 'test' }
  env = {}
  stdout = stderr = ''
  asked = []
  bodies = new Map()
  answers = {}
  interrupt = new AbortController()
  became = []
  gatewayCode = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const unexpected = (what: string) => (): never => {
  throw new Error(`unexpected: ${what}`)
}

function platform(): CliPlatform {
  return {
    clock: time.clock, timers: time.timers, ids: { next: (prefix) => `${prefix}_1` }, log: fakeLog(), version: '1.2.3', name: 'linux', env, homeFolder: folder, cores: 1, ownPid: 42,
    async fetch(url, init = {}) {
      const { pathname, origin } = new URL(url)
      const key = `${init.method ?? 'GET'} ${pathname}`
      if (typeof init.body === 'string') bodies.set(key, JSON.parse(init.body))
      asked.push(`${key} ${origin} ${new Headers(init.headers).get('authorization') ?? '-'}`)
      const answer = answers[key]
      if (answer === null || answer === undefined) throw new TypeError('fetch failed')
      return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200 })
    },
    browser: { open: unexpected('browser') },
    openSecrets: async () => secrets,
    gatewayLauncher: {
      launch: (): GatewayProcess => {
        let exited: (code: number | null) => void = () => undefined
        return {
          onLine: (listener) => queueMicrotask(() => listener('{"url":"http://127.0.0.1:7001","token":"local-token"}')),
          onStderr: () => undefined,
          onExit: (listener) => (exited = listener),
          stop: () => exited(0),
          kill: () => exited(null),
        }
      },
    },
    processes: { end: unexpected('end'), hold: unexpected('hold'), startedAt: unexpected('startedAt'), withVariable: unexpected('withVariable'), listening: unexpected('listening') },
    commands: { run: unexpected('run') },
    shellPath: async () => '/usr/bin',
  }
}

function run(...argv: string[]): Promise<ExitCode> {
  return runCli({
    argv, version: '1.2.3', interrupted: interrupt.signal, cwd: folder, readStdin: unexpected('stdin'), loadVerb,
    streams: { stdout: (text) => void (stdout += text), stderr: (text) => void (stderr += text) },
    becomeGateway: async (verb, rest, data) => {
      became.push([verb, data, ...rest])
      return gatewayCode
    },
    compose: async (data) => composeCli(platform(), pathsOf(folder, data ?? path.join(folder, 'data'))),
  })
}
const lines = (): unknown[] => stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line))

describe('without a gateway', () => {
  it('answers help and version at once', async () => {
    expect(await run('help')).toBe(EXIT.ok)
    expect(await run('version')).toBe(EXIT.ok)
    expect(stdout).toMatch(/^portico VERB[\s\S]+1\.2\.3\n$/)
    expect(await readdir(folder)).toEqual([])
  })
  it('says what is wrong with the command line, as JSON when asked', async () => {
    expect(await run('wallet', '--frob')).toBe(EXIT.usage)
    expect(stderr).toContain('portico wallet has no option --frob.\nportico help wallet shows how.')
    expect(await run('frob', '--json')).toBe(EXIT.usage)
    expect(lines()).toEqual([{ error: { code: 'usage', title: expect.stringContaining('no verb “frob”') } }])
  })
  it('every error has one exit code', () => {
    expect([exitCodeOf('gateway.port-taken'), exitCodeOf('api.unauthorized'), exitCodeOf('api.payment-required'), exitCodeOf('gateway.timeout'), exitCodeOf('internal')]).toEqual([3, 4, 5, 6, 1])
  })
})

describe('gateway', () => {
  it('hands its verbs to the gateway’s own code, in this process, after reading them strictly', async () => {
    expect(await run('gateway', '--port', '0', '--data', 'd', '--upstream', 'a=chat:http://a')).toBe(EXIT.ok)
    gatewayCode = 3
    expect(await run('gateway', 'check', '--json')).toBe(EXIT.portTaken)
    expect(became).toEqual([['gateway', 'd', '--port', '0', '--data', 'd', '--upstream', 'a=chat:http://a'], ['gateway check', null, '--json']])
    expect(await run('gateway', '--prot', '0')).toBe(EXIT.usage)
    expect(became).toHaveLength(2)
    gatewayCode = 99
    expect(await run('gateway', 'schema')).toBe(EXIT.failure)
    expect(asked).toEqual([])
  })
})

describe('a gateway’s keys and accounts', () => {
  const spent = { day: 0, month: 0, total: 1_500_000 }
  const none = { day: null, month: null, total: null }
  const account = { id: 'account-1', username: 'ada', display_name: 'Ada', role: 'member', disabled: false, balance_micro_usd: 2_500_000, reserved_micro_usd: 0, budgets: none, spent, created_at: '2026-01-01T00:00:00Z' }
  const key = {
    id: 'key-1', label: 'laptop', hint: 'pk_abc', account_id: 'account-1', kind: 'key', scopes: ['models'], limits: { requests_per_minute: null, concurrent: null }, budgets: none, spent, cidrs: null, models: null,
    created_at: '2026-01-01T00:00:00Z', expires_at: null, last_used_at: null,
  }
  beforeEach(() => {
    answers['GET /local/v1/keys'] = { body: { keys: [key] } }
    answers['GET /local/v1/accounts'] = { body: { accounts: [account] } }
    answers['POST /local/v1/keys'] = { body: { key, secret: 'pk_abcdef' } }
    answers['DELETE /local/v1/keys/key-1'] = { body: {} }
    answers['POST /local/v1/accounts'] = { body: account }
    answers['POST /local/v1/accounts/account-1/credit'] = { body: account }
  })
  it('are listed as the local account, whoever is signed in', async () => {
    expect(await run('gateway', 'keys', 'list')).toBe(EXIT.ok)
    expect(stdout).toMatch(/^ID +LABEL +KEY +ACCOUNT .*\nkey-1 +laptop +pk_abc… +ada +models +\$1\.50 +never +never\n$/)
    expect(await run('gateway', 'accounts', 'list', '--json')).toBe(EXIT.ok)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(JSON.stringify({ accounts: [account] }))
    expect(new Set(asked.map((one) => one.split(' ').slice(2).join(' ')))).toEqual(new Set(['http://127.0.0.1:7001 Bearer local-token']))
  })
  it('a key is made with its limits; stdout is the secret alone', async () => {
    expect(await run('gateway', 'keys', 'add', 'laptop', '--account', 'ada', '--scope', 'models', '--scope', 'account', '--day', '1.50', '--per-minute', '60', '--cidr', '10.0.0.0/8', '--expires', '30d')).toBe(EXIT.ok)
    expect(stdout).toBe('pk_abcdef\n')
    expect(sent('POST /local/v1/keys')).toEqual({
      label: 'laptop', scopes: ['models', 'account'], limits: { requests_per_minute: 60, concurrent: null }, budgets: { day: 1_500_000, month: null, total: null }, cidrs: ['10.0.0.0/8'], models: null,
      expires_at: new Date(time.clock.now() + 30 * 86_400_000).toISOString(), account_id: 'account-1',
    })
    expect(await run('gateway', 'keys', 'revoke', 'key-1')).toBe(EXIT.ok)
    expect(asked.at(-1)).toContain('DELETE /local/v1/keys/key-1')
  })
  it('an account is made with a password that is on no command line; credit goes to it by name', async () => {
    env['PORTICO_NEW_PASSWORD'] = 'long enough'
    expect(await run('gateway', 'accounts', 'add', 'eve', '--credit', '5')).toBe(EXIT.ok)
    expect(sent('POST /local/v1/accounts')).toEqual({ username: 'eve', display_name: 'eve', password: 'long enough', credit_micro_usd: 5_000_000 })
    expect(await run('gateway', 'accounts', 'credit', 'ada', '0.25')).toBe(EXIT.ok)
    expect(sent('POST /local/v1/accounts/account-1/credit')).toEqual({ amount_micro_usd: 250_000 })
    expect(stdout).toContain('ada has $2.50 now.')
  })
  it.each([
    [['keys', 'add', 'x', '--scope', 'all'], EXIT.usage], [['keys', 'add', 'x', '--day', 'much'], EXIT.usage], [['keys', 'add', 'x', '--expires', 'yesterday'], EXIT.usage], [['keys', 'add', 'x', '--per-minute', '0'], EXIT.usage],
    [['accounts', 'credit', 'ada', '0'], EXIT.usage], [['accounts', 'credit', 'nobody', '1'], EXIT.failure], [['keys', 'add', 'x', '--account', 'nobody'], EXIT.failure], [['keys', 'list', '--url', 'http://127.0.0.1:9'], EXIT.notSignedIn],
  ])('gateway %j is refused with %i, and nothing is made', async (argv, code) => {
    expect(await run('gateway', ...argv)).toBe(code)
    expect(asked.filter((one) => one.startsWith('POST'))).toEqual([])
  })
  it('a short password and an odd name are refused before anything is asked', async () => {
    env['PORTICO_NEW_PASSWORD'] = 'short'
    expect(await run('gateway', 'accounts', 'add', 'eve')).toBe(EXIT.usage)
    expect(stderr).toContain('8 characters')
    env['PORTICO_NEW_PASSWORD'] = 'long enough'
    expect(await run('gateway', 'accounts', 'add', 'Eve!')).toBe(EXIT.usage)
    expect(asked).toEqual([])
  })
})

describe('whose account', () => {
  const me = { body: { user: { id: 7, name: 'Ada' } } }
  it('this computer’s local one when nobody is signed in', async () => {
    answers['GET /api/v1/me'] = me
    expect(await run('whoami', '--json')).toBe(EXIT.ok)
    expect(lines()).toEqual([{ id: '7', name: 'Ada', email: null, system: 'embedded', url: 'http://127.0.0.1:7001', via: 'local account' }])
    expect(asked).toEqual(['GET /api/v1/me http://127.0.0.1:7001 Bearer local-token'])
  })
  it('PORTICO_TOKEN’s when it is set; the address tells the system', async () => {
    env['PORTICO_TOKEN'] = 'from-env'
    answers['GET /v1/account'] = { body: { id: 1, displayName: 'Eve' } }
    expect(await run('whoami', '--url', 'https://gw.example/v1/')).toBe(EXIT.ok)
    expect(asked).toEqual(['GET /v1/account https://gw.example Bearer from-env'])
    expect(stdout).toContain('By       PORTICO_TOKEN')
    expect(await run('wallet', '--system', 'codexapi-pro')).toBe(EXIT.unreachable)
    expect(asked.at(-1)).toContain('https://api-chicago.codexapi.pro')
  })
  it('nobody’s at another address: not signed in, and nothing is asked', async () => {
    expect(await run('whoami', '--url', 'https://gw.example')).toBe(EXIT.notSignedIn)
    expect(stderr).toContain('portico login --url https://gw.example')
    expect(await run('whoami', '--url', 'http://gw.example')).toBe(EXIT.usage)
    expect(asked).toEqual([])
  })
  it('a refused token and an empty wallet have codes of their own', async () => {
    answers['GET /api/v1/me'] = { status: 401, body: { error: 'no' } }
    expect(await run('whoami')).toBe(EXIT.notSignedIn)
    answers['GET /api/v1/me'] = { status: 402, body: { error: 'no' } }
    expect(await run('whoami', '--json')).toBe(EXIT.paymentRequired)
    expect(lines()).toMatchObject([{ error: { code: 'api.payment-required', title: 'Not enough credit.' } }])
  })
})

describe('wallet', () => {
  it('says what is not known instead of zero', async () => {
    answers['GET /api/v1/wallet/status'] = { body: { balance_usd: '3.50' } }
    answers['GET /api/v1/billing/token-usage'] = { body: { transactions: [], daily: [{ day: '2026-01-01', charged_usd: 4 }] } }
    expect(await run('wallet')).toBe(EXIT.ok)
    expect(stdout).toBe('Balance      $3.50\nSpent today  unknown\nLast 7 days  unknown\n')
  })
})

describe('login', () => {
  const start = { body: { device_code: 'device-secret', user_code: 'ABCD-EFGH', verification_uri: 'http://127.0.0.1:7001/device', expires_in: 60, interval: 2 } }
  beforeEach(() => {
    answers['POST /v1/auth/device/start'] = start
    answers['POST /v1/auth/device/poll'] = { status: 400, body: { error: 'authorization_pending' } }
    answers['POST /v1/auth/device/revoke'] = { body: {} }
    answers['POST /local/v1/device-ticket'] = { body: { ticket: 'tk' } }
    answers['GET /api/v1/me'] = { body: { user: { id: 7, name: 'Ada' } } }
  })
  /** Lets files and promises of a running verb get on, until it has said `what`. */
  async function until(what: string): Promise<void> {
    for (const patience = AbortSignal.timeout(10_000); !patience.aborted && !stdout.includes(what);) {
      await settle()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(stdout).toContain(what)
  }
  async function finish(code: Promise<ExitCode>): Promise<ExitCode> {
    let done = false
    void code.finally(() => (done = true))
    for (const patience = AbortSignal.timeout(10_000); !patience.aborted && !done;) {
      await time.pass(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return code
  }

  it('shows the code, waits, keeps the token in the keychain; the next verbs use it; logout ends it', async () => {
    const login = run('login', '--json')
    await until('userCode')
    expect(lines()).toMatchObject([{ type: 'code', userCode: 'ABCD-EFGH', page: 'http://127.0.0.1:7001/device?ticket=tk' }])
    answers['POST /v1/auth/device/poll'] = { body: { status: 'approved', ide_token: 'the-token' } }
    expect(await finish(login)).toBe(EXIT.ok)
    expect(lines()[1]).toMatchObject({ type: 'signed-in', account: { name: 'Ada' }, tokenStore: 'keychain' })
    expect(stdout + stderr + (await readFile(path.join(folder, 'data', 'auth.json'), 'utf8'))).not.toContain('the-token')
    stdout = ''
    expect(await run('whoami', '--json')).toBe(EXIT.ok)
    expect(lines()).toMatchObject([{ via: 'sign-in' }])
    expect(await run('logout')).toBe(EXIT.ok)
    expect(asked.at(-1)).toBe('POST /v1/auth/device/revoke http://127.0.0.1:7001 Bearer the-token')
    expect(await secrets.get('token embedded')).toBeNull()
  })
  it('denied and expired are said, with their codes', async () => {
    const denied = run('login')
    await until('ABCD-EFGH')
    answers['POST /v1/auth/device/poll'] = { body: { status: 'denied' } }
    expect(await finish(denied)).toBe(EXIT.denied)
    expect(stdout).toContain('denied on the approval page')
    answers['POST /v1/auth/device/poll'] = { body: { status: 'expired' } }
    expect(await finish(run('login', '--json'))).toBe(EXIT.failure)
    expect(stdout).toContain('{"type":"expired"}')
  })
  it('Ctrl-C cancels', async () => {
    const login = run('login')
    await until('ABCD-EFGH')
    interrupt.abort(new Error('interrupted'))
    expect(await finish(login)).toBe(EXIT.interrupted)
    expect(await secrets.get('device-code')).toBeNull()
  })
  it('--print-token prints it once and keeps nothing', async () => {
    const login = run('login', '--print-token')
    await until('ABCD-EFGH')
    answers['POST /v1/auth/device/poll'] = { body: { status: 'approved', ide_token: 'the-token' } }
    expect(await finish(login)).toBe(EXIT.ok)
    expect(stdout.endsWith('\nthe-token\n')).toBe(true)
    expect(await readdir(path.join(folder, 'data'))).not.toContain('auth.json')
    expect(await secrets.get('token embedded')).toBeNull()
    expect(asked.some((one) => one.includes('revoke'))).toBe(false)
  })
  it('without a keychain it says that nothing is kept, and leaves no token alive', async () => {
    secrets = memoryStore()
    const login = run('login')
    await until('ABCD-EFGH')
    expect(stderr).toContain('No system keychain was found')
    answers['POST /v1/auth/device/poll'] = { body: { status: 'approved', ide_token: 'the-token' } }
    expect(await finish(login)).toBe(EXIT.ok)
    expect(asked.at(-1)).toBe('POST /v1/auth/device/revoke http://127.0.0.1:7001 Bearer the-token')
  })
  it('a gateway without device sign-in says so', async () => {
    answers['POST /v1/auth/device/start'] = { status: 404, body: { detail: 'Not Found' } }
    expect(await finish(run('login', '--url', 'https://api-chicago.codexapi.pro'))).toBe(EXIT.failure)
    expect(stderr).toContain('This gateway has no device sign-in.')
  })
})

describe('mcp and chat', () => {
  it('refuse what cannot work before anything is started', async () => {
    expect(await run('chat', '--prompt', 'x')).toBe(EXIT.usage)
    expect(await run('chat', '--cwd', 'nowhere', '--prompt', 'x')).toBe(EXIT.usage)
    expect(await run('chat', '--cwd', '.', '--prompt', ' ')).toBe(EXIT.usage)
    expect(await run('chat', '--cwd', '.', '--prompt', 'x', '--approve', 'some')).toBe(EXIT.usage)
    expect(await run('mcp', 'call', 'a', 'b', '--args', '[]')).toBe(EXIT.usage)
    expect(await run('mcp', 'call', 'a', 'b')).toBe(EXIT.failure)
    expect(await run('mcp', 'list', '--mcp', 'none.json')).toBe(EXIT.failure)
    expect(asked).toEqual([])
  })
})
