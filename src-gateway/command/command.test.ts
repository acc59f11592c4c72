/** `portico gateway …` in words, JSON and exit codes: schema, check, service files, and why a gateway did not start. */
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GatewayVerb } from '../../src-shared/gateway-command.ts'
import { testGateway } from '../testing/test-gateway.ts'
import { onCleanup, temporaryFolder } from '../testing/test-machine.ts'
import { runGatewayCommand } from './command.ts'
import { noteAddress, readNote } from './running-note.ts'

interface Ran {
  code: number
  stdout: string
  stderr: string
}

async function run(verb: GatewayVerb, argv: readonly string[], options: { folder?: string; env?: Record<string, string> } = {}): Promise<Ran> {
  const folder = options.folder ?? temporaryFolder()
  const ran = { stdout: '', stderr: '' }
  const code = await runGatewayCommand({
    verb, argv, dataFolder: '/home/ada/Portico data', gatewayFolder: folder, env: options.env ?? {}, cwd: folder, version: '1.2.3', isTerminal: false,
    program: { command: ['/opt/portico/node', '/opt/portico/cli.cjs'], env: { ELECTRON_RUN_AS_NODE: '1' } },
    stdout: (text) => void (ran.stdout += text), stderr: (text) => void (ran.stderr += text),
  })
  return { code, ...ran }
}

describe('portico gateway schema', () => {
  it('prints a JSON Schema', async () => {
    const { code, stdout, stderr } = await run('gateway schema', [])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ title: 'Portico gateway configuration', type: 'object' })
  })
})

describe('portico gateway check', () => {
  it('says that all is fine, for people and for programs', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'g.json'), '{ "upstreams": [{ "id": "a", "kind": "chat", "url": "http://a", "keys": [{ "env": "A" }] }], "routes": [{ "model": "x", "targets": ["b/y"] }] }')
    const words = await run('gateway check', ['--config', 'g.json'], { folder, env: { A: 'secret-value' } })
    expect(words).toMatchObject({ code: 0, stderr: '' })
    expect(words.stdout).toMatch(/^Configuration: fine \(1 upstreams, 1 routes\)\n {2}A route leads to the upstream “b”.*\nLedger: none yet\n$/)
    const { stdout } = await run('gateway check', ['--config', 'g.json', '--json'], { folder, env: { A: 'secret-value' } })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, configuration: { upstreams: [{ id: 'a', kind: 'chat', keys: ['A'] }] }, ledger: { problems: [] } })
    expect(words.stdout + stdout).not.toContain('secret-value')
  })
  it('tells problems with their places, code 2', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'g.json'), '{\n "drainSeconds": -1,\n "port": 1 }')
    const words = await run('gateway check', ['--config', 'g.json'], { folder })
    expect(words).toMatchObject({ code: 2, stdout: '' })
    expect(words.stderr).toBe('portico: g.json:2:2: drainSeconds: It must be at least 0.\nportico: g.json:3:2: port: There is no such setting.\n')
    expect(JSON.parse((await run('gateway check', ['--config', 'g.json', '--json'], { folder })).stdout)).toMatchObject({ error: { code: 'bad-config', problems: [expect.stringContaining('drainSeconds'), expect.any(String)] } })
  })
  it('counts the books of a gateway that rests, and asks the one that runs', async () => {
    const gateway = await testGateway()
    await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'offline-practice', messages: [{ role: 'user', content: 'say hello' }] } })
    await noteAddress(gateway.folder, { url: gateway.running.url, pid: process.pid })
    const running = await run('gateway check', [], { folder: gateway.folder })
    expect([running.code, running.stdout]).toEqual([0, expect.stringMatching(/Ledger: counted by the running gateway at .*; adds up\n$/)])
    await gateway.running.close()
    const resting = await run('gateway check', [], { folder: gateway.folder })
    expect([resting.code, resting.stdout]).toEqual([0, expect.stringMatching(/Ledger: 1 accounts, 1 receipts; adds up\n$/)])
  })
  it('says what does not add up, code 1', async () => {
    const gateway = await testGateway()
    await gateway.running.close()
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(path.join(gateway.folder, 'gateway.db'))
    database.exec('UPDATE accounts SET balance_micro = balance_micro + 1')
    database.close()
    const { code, stdout } = await run('gateway check', [], { folder: gateway.folder })
    expect(code).toBe(1)
    const copied = await run('gateway backup', ['unsound.bak'], { folder: gateway.folder })
    expect([copied.code, copied.stdout]).toEqual([1, expect.stringMatching(/^Copied 1 accounts.*\nIts books do not add up.*\n {2}balance of account/)])
    expect(await run('gateway restore', ['unsound.bak', '--replace'], { folder: gateway.folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('do not add up') })
    expect(stdout).toMatch(/DOES NOT ADD UP\n {2}balance of account .*: 25000001 micro-dollars where 25000000 are due/)
  })
})

describe('portico gateway backup and restore', () => {
  it('copies a gateway that runs and one that rests, and brings the copy back', async () => {
    const gateway = await testGateway()
    await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'offline-practice', messages: [{ role: 'user', content: 'say hello' }] } })
    const wallet = (await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']
    await noteAddress(gateway.folder, { url: gateway.running.url, pid: process.pid })
    const first = await run('gateway backup', ['first.bak', '--json'], { folder: gateway.folder })
    expect([first.code, JSON.parse(first.stdout)]).toEqual([0, { file: path.join(gateway.folder, 'first.bak'), format: 'sqlite', accounts: 1, receipts: 1, problems: [] }])
    expect(statSync(path.join(gateway.folder, 'first.bak')).mode & 0o777).toBe(0o600)
    expect(await run('gateway backup', ['first.bak'], { folder: gateway.folder })).toMatchObject({ code: 1, stderr: 'portico: Nothing was copied: There is a file of this name already.\n' })
    expect(await run('gateway backup', ['no/such/folder/x'], { folder: gateway.folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') })
    expect(await run('gateway restore', ['first.bak', '--replace'], { folder: gateway.folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('end it first') })
    await gateway.running.close()
    expect(await run('gateway backup', ['second.bak'], { folder: gateway.folder })).toMatchObject({ code: 0, stdout: expect.stringContaining('1 accounts and 1 receipts') })
    expect(await run('gateway restore', ['second.bak'], { folder: gateway.folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') })

    const elsewhere = temporaryFolder()
    copyFileSync(path.join(gateway.folder, 'local-account.json'), path.join(elsewhere, 'local-account.json'))
    expect(await run('gateway restore', [path.join(gateway.folder, 'first.bak')], { folder: elsewhere })).toMatchObject({ code: 0 })
    expect((await (await testGateway({ dataDir: elsewhere })).ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(wallet)
  })
  it('there is nothing to copy, no file, or no copy: said, and nothing is made', async () => {
    const folder = temporaryFolder()
    expect(await run('gateway backup', ['x.bak'], { folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('no store in this folder yet') })
    expect(await run('gateway restore', ['x.bak'], { folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no file') })
    writeFileSync(path.join(folder, 'x.bak'), 'something else')
    expect(await run('gateway restore', ['x.bak'], { folder })).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed') })
    expect(readdirSync(folder)).toEqual(['x.bak'])
    expect((await run('gateway backup', [], { folder })).code).toBe(2)
  })
  it('the route is for the local account alone, and names files in full', async () => {
    const gateway = await testGateway()
    const made = (await gateway.ask('POST', '/local/v1/keys', { body: { label: 'x', scopes: ['admin'] } })).json['secret']
    const file = path.join(gateway.folder, 'copy.bak')
    expect((await gateway.ask('POST', '/local/v1/backup', { token: String(made), body: { file } })).status).toBe(403)
    expect((await gateway.ask('POST', '/local/v1/backup', { token: null, body: { file } })).status).toBe(401)
    expect((await gateway.ask('POST', '/local/v1/backup', { body: { file: 'copy.bak' } })).status).toBe(400)
    expect((await gateway.ask('POST', '/local/v1/backup', { body: { file } })).status).toBe(201)
  })
})

describe('portico gateway systemd and launchd', () => {
  it('print a file for the given flags, which a gateway could start with', async () => {
    const unit = await run('gateway systemd', ['--port', '8080', '--upstream', 'a=chat:http://a/v1', '--drain-seconds', '5'])
    expect([unit.code, unit.stderr]).toEqual([0, ''])
    expect(unit.stdout).toMatch(/^ExecStart=\/opt\/portico\/node \/opt\/portico\/cli\.cjs gateway .*--upstream a=chat:http:\/\/a\/v1 --port 8080 --drain-seconds 5/m)
    expect(unit.stdout).toContain('TimeoutStopSec=20')
    const plist = await run('gateway launchd', ['--port', '8080'])
    expect(plist.stdout).toContain('<string>/home/ada/Portico data</string>')
    expect(JSON.parse((await run('gateway launchd', ['--json'])).stdout)).toMatchObject({ kind: 'launchd', file: expect.stringContaining('<plist') })
  })
  it('refuse secrets and what could not start', async () => {
    expect(await run('gateway systemd', ['--password', 'hunter22'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('PORTICO_GATEWAY_PASSWORD') })
    expect(await run('gateway systemd', ['--host', '0.0.0.0'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--allow-lan') })
  })
})

describe('portico gateway', () => {
  it('that cannot start says why in words, with the exit codes of portico', async () => {
    const gateway = await testGateway()
    await noteAddress(gateway.folder, { url: gateway.running.url, pid: process.pid })
    expect(await run('gateway', [], { folder: gateway.folder })).toEqual({ code: 1, stdout: '', stderr: `portico: This data folder’s gateway runs already, at ${gateway.running.url}.\n` })
    const other = createServer()
    const port = await new Promise<number>((resolve) => other.listen(0, '127.0.0.1', () => {
      const address = other.address()
      resolve(address && typeof address === 'object' ? address.port : 0)
    }))
    onCleanup(() => void other.close())
    const taken = await run('gateway', ['--port', String(port), '--json', '--log-level', 'off'])
    expect([taken.code, JSON.parse(taken.stdout)]).toEqual([3, { error: expect.objectContaining({ code: 'gateway.port-taken', port }) }])
    expect(await run('gateway', ['--prot', '1'])).toMatchObject({ code: 2, stderr: 'portico: Unknown argument --prot\n' })
    expect(await run('gateway', ['--config', 'none.json'])).toMatchObject({ code: 2, stderr: 'portico: none.json: the configuration could not be read: ENOENT\n' })
  })
})

describe('gateway.json', () => {
  it('is forgotten only by the one that noted it', async () => {
    const { forgetAddress } = await import('./running-note.ts')
    const folder = temporaryFolder()
    expect(await readNote(folder)).toBeNull()
    await noteAddress(folder, { url: 'http://127.0.0.1:7001', pid: 42 })
    expect(readFileSync(path.join(folder, 'gateway.json'), 'utf8')).toBe('{"url":"http://127.0.0.1:7001","pid":42}\n')
    await forgetAddress(folder, 43)
    expect(await readNote(folder)).toEqual({ url: 'http://127.0.0.1:7001', pid: 42 })
    await forgetAddress(folder, 42)
    expect(await readNote(folder)).toBeNull()
    writeFileSync(path.join(folder, 'gateway.json'), '{"url":"http://127')
    expect(await readNote(folder)).toBeNull()
  })
})
