/** What the Doctor says of a machine, well or not, and that nothing it looks at can stop it. */
import { createServer } from 'node:net'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { summaryOf } from '../../src-shared/domain/doctor.ts'
import type { ClientView } from '../../src-shared/domain/setup.ts'
import { createDoctor, type Examination } from './doctor.ts'
import { examinationsOf, type ExaminationDeps } from './examinations.ts'
import { listenersOf, parseTcpTable } from './listeners.ts'

const NOW = Date.parse('2026-11-26T12:00:00Z')
const CLIENT: ClientView = {
  id: 'codex', name: 'Codex', abilities: { provider: true, tokenWays: ['file'], model: true, fastModel: false, effort: false, freedoms: [], quiet: true, mcp: true, skills: null }, presence: { kind: 'installed', version: '0.169.0', program: '/bin/codex' },
  files: [], now: 'Portico', choices: null, ownedKeys: 3, setUpAt: null, problem: null, drift: [], notes: [], install: null,
}
const WELL: ExaminationDeps = {
  find: async (program) => `/usr/bin/${program}`, ask: async () => 'v24.1.0', env: { PATH: '/usr/bin:/bin' }, shellPath: async () => '/usr/bin:/bin', delimiter: ':', clients: async () => [CLIENT], shadows: async () => [],
  keychain: async () => ({ kind: 'keychain', backend: 'a keyring' }), gateway: async () => 'https://gateway.example', clock: { now: () => NOW }, fileExists: async () => true, leftovers: async () => [], listeners: async () => [],
  fetch: async () => new Response('{}', { headers: { date: new Date(NOW).toUTCString() } }), processes: { end: async () => undefined },
}
const timers = {
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
const doctorOf = (change: Partial<ExaminationDeps>, more: readonly Examination[] = []) => createDoctor({ examinations: [...examinationsOf({ ...WELL, ...change }), ...more], clock: WELL.clock, timers, mask: (text) => text.replaceAll('hush', '••••') })
const findings = async (change: Partial<ExaminationDeps>) => (await doctorOf(change).run()).findings.filter(({ severity }) => severity !== 'ok')

describe('a machine', () => {
  it('that is well has nothing to tell', async () => {
    const report = await doctorOf({}).run()
    expect(summaryOf(report)).toBe('All is well')
    expect(new Set(report.findings.map(({ severity }) => severity))).toEqual(new Set(['ok']))
  })
  it.each<[string, Partial<ExaminationDeps>, object]>([
    ['without Node', { find: async (program) => (program === 'node' ? null : '/x') }, { id: 'programs.node', severity: 'warn' }],
    ['with an old Node', { ask: async (program) => (program.endsWith('node') ? 'v18.2.0' : '9.9.9') }, { id: 'programs.node', severity: 'warn', title: 'Node.js 18.2.0' }],
    ['whose terminal sees more', { shellPath: async () => '/usr/bin:/bin:/opt/brew/bin' }, { id: 'path.differs', detail: '/opt/brew/bin' }],
    ['with a broken file', { clients: async () => [{ ...CLIENT, problem: { code: 'setup.invalid-file', fields: { path: '/h/config.toml', line: 3, column: 2, message: 'x' }, retryable: false } }] }, { id: 'clients.codex', severity: 'bad' }],
    ['with drift', { clients: async () => [{ ...CLIENT, drift: [{ path: 'p', key: 'model', now: null, ours: '' }] }] }, { id: 'clients.codex', severity: 'warn', detail: 'model' }],
    ['with a variable in the way', { shadows: async () => [{ client: 'claude-code', variable: 'ANTHROPIC_API_KEY', where: '~/.bashrc:3', value: 'sk-••••', fix: 'Remove it.' }] }, { group: 'variables', advice: 'Remove it.' }],
    ['without a keychain', { keychain: async () => ({ kind: 'memory', backend: 'memory only' }) }, { id: 'keychain.backend', severity: 'warn' }],
    ['behind a proxy that takes local calls too', { env: { PATH: '/usr/bin:/bin', https_proxy: 'http://me:hush@proxy:3128' } }, { id: 'network.proxy', severity: 'warn', detail: 'http://••••@proxy:3128' }],
    ['with certificates that are gone', { env: { PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: '/gone.pem' }, fileExists: async () => false }, { id: 'network.certificates', severity: 'bad' }],
    ['whose clock is wrong', { fetch: async () => new Response('{}', { headers: { date: new Date(NOW - 120_000).toUTCString() } }) }, { id: 'clock.skew', severity: 'warn' }],
    ['whose gateway is away', { fetch: async () => Promise.reject(new Error('refused')) }, { id: 'gateway.reach', severity: 'bad' }],
    ['without a gateway', { gateway: async () => null }, { id: 'gateway.none', severity: 'warn' }],
    ['with an open server', { listeners: async () => [{ pid: 7, address: '0.0.0.0', port: 8080, isOpen: true }] }, { id: 'mcp.listens.8080', severity: 'warn' }],
  ])('%s is told what to do', async (_name, change, finding) => {
    const found = await findings(change)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject(finding)
    expect(found[0]?.advice ?? '').not.toBe('')
  })
})

it('a fix does it, and looks again', async () => {
  let left = [41, 42]
  const ended: number[] = []
  const doctor = doctorOf({
    leftovers: async () => left,
    processes: {
      end: async (pid) => {
        ended.push(pid)
        left = left.filter((one) => one !== pid)
      },
    },
  })
  await doctor.run()
  await doctor.fix('mcp.leftovers')
  await doctor.fix('nothing.known')
  expect(ended).toEqual([41, 42])
  expect(doctor.state()).toMatchObject({ kind: 'done' })
  expect(doctor.text()).toContain('✓ [mcp] No MCP server was left behind')
})

it('what fails is a finding, and secrets are in no report', async () => {
  const doctor = doctorOf({ shadows: async () => Promise.reject(new Error('hush, it broke')) }, [])
  expect((await doctor.run()).findings).toContainEqual(expect.objectContaining({ id: 'variables.not-examined', severity: 'note', detail: '••••, it broke' }))
  expect(doctor.text()).not.toContain('hush')
})

describe('listening sockets', () => {
  it('are read from the kernel’s table', () => {
    const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
    const row = (address: string, state = '0A') => `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4242 1\n`
    expect(parseTcpTable(head + row('0100007F:1F90') + row('00000000:0050') + row('0100007F:1F91', '01')).map(({ address, port, isOpen }) => [address, port, isOpen])).toEqual([['127.0.0.1', 8080, false], ['0.0.0.0', 80, true]])
    expect(parseTcpTable(head + row('00000000000000000000000001000000:1F90')).map(({ address, isOpen }) => [address, isOpen])).toEqual([['::1', false]])
    expect(parseTcpTable(head + row('0000000000000000FFFF00000100007F:1F90')).map(({ address, isOpen }) => [address, isOpen])).toEqual([['::ffff:127.0.0.1', false]])
  })
  it('of a real process are found', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const found = await listenersOf([process.pid], { read: (file) => readFile(file, 'utf8'), links: async (folder) => Promise.all((await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => ''))) })
    expect(found).toContainEqual({ pid: process.pid, address: '127.0.0.1', port, isOpen: false })
  })
})
