/** Real commands: output, exit, timeout, abort, and that nothing of the tree is left. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commandEnvironment, createCommandRunner } from './command-runner.ts'
import { createProcessTree } from './process-tree.ts'

let folder: string
const processes = createProcessTree({ graceMs: 500 })
const runner = createCommandRunner({ processes, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', PORTICO_TOKEN: 'x' }, path: () => Promise.resolve(process.env['PATH'] ?? '') })
const run = (command: string, { timeoutMs = 10_000, maxBytes = 10_000, signal = new AbortController().signal } = {}) => runner.run({ command, cwd: folder, timeoutMs, maxBytes, signal })
const isAlive = async (pid: number): Promise<boolean> => (await processes.startedAt(pid)) !== null

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-run-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the command runner', () => {
  it('gives output of both streams, the exit code and the folder', async () => {
    const result = await run('pwd; echo problem >&2; exit 3')
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false })
    expect(result.output).toContain(path.basename(folder))
    expect(result.output).toContain('problem')
  })
  it('gives no input and hides its own variables', async () => {
    expect((await run('cat; echo "[$ELECTRON_RUN_AS_NODE$PORTICO_TOKEN]"')).output).toBe('[]\n')
    expect(commandEnvironment({ Path: 'a', HOME: '/h', ELECTRON_X: '1' }, 'p')).toEqual({ HOME: '/h', PATH: 'p', TERM: 'dumb', PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' })
  })
  it.each(['PGPASSWORD', 'GITHUBTOKEN', 'OPENAI_KEY', 'GH_PAT', 'MYSQL_PWD', 'SSHPASS', 'npm_config__auth', 'NPM_CONFIG__AUTHTOKEN', 'API_TOKENS', 'GPG_PASSPHRASE', 'AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'DB_PASS', 'client_secret', 'GOOGLE_APPLICATION_CREDENTIALS', 'PORTICO_X'])('does not pass %s on', (name) => {
    expect(commandEnvironment({ [name]: 'x' }, 'p')).not.toHaveProperty(name)
  })
  it.each(['HOME', 'LANG', 'PWD', 'OLDPWD', 'SSH_AUTH_SOCK', 'SSH_ASKPASS', 'TOKENIZERS_PARALLELISM', 'KEYBOARD', 'XKB_DEFAULT_LAYOUT', 'NODE_PATH', 'AUTHOR', 'DISPLAY'])('passes %s on', (name) => {
    expect(commandEnvironment({ [name]: 'x' }, 'p')).toHaveProperty(name)
  })
  it('has ended only when nothing of it is left, also what ignores being asked and holds no output', async () => {
    const stop = new AbortController()
    const running = run(`(trap '' TERM; echo $BASHPID > stubborn; while :; do sleep 1; done) >/dev/null 2>&1 & echo up; sleep 60`, { signal: stop.signal })
    await vi.waitFor(async () => expect(await readFile(path.join(folder, 'stubborn'), 'utf8')).toMatch(/^\d+\n$/), { timeout: 5000 })
    stop.abort()
    await running
    expect(await isAlive(Number(await readFile(path.join(folder, 'stubborn'), 'utf8')))).toBe(false)
  })
  it('ends what left its tree and its group, but only when the command is ended', async () => {
    const daemon = (pid: string): string => `(setsid sleep 60 >/dev/null 2>&1 & echo $! > ${pid})`
    await run(`${daemon('kept')}; echo done`)
    const kept = Number(await readFile(path.join(folder, 'kept'), 'utf8'))
    expect(await isAlive(kept)).toBe(true)
    const stop = new AbortController()
    const running = run(`${daemon('pid')}; sleep 60`, { signal: stop.signal })
    await vi.waitFor(async () => expect(await readFile(path.join(folder, 'pid'), 'utf8')).toMatch(/^\d+\n$/), { timeout: 5000 })
    stop.abort()
    await running
    expect(await isAlive(Number(await readFile(path.join(folder, 'pid'), 'utf8')))).toBe(false)
    expect(await isAlive(kept)).toBe(true)
    await processes.end(kept)
  })
  it('keeps head and tail of much output', async () => {
    const result = await run('echo FIRST; yes line | head -c 3000000; echo LAST', { maxBytes: 2000 })
    expect(result.bytes).toBe(3_000_011)
    expect(result.output.length).toBeLessThan(2200)
    expect(result.output.startsWith('FIRST')).toBe(true)
    expect(result.output.trimEnd().endsWith('LAST')).toBe(true)
  })
  it('ends the whole tree at the timeout, also what ignores being asked', async () => {
    const result = await run(`trap '' TERM; (trap '' TERM; echo $BASHPID > inner; sleep 60 & wait; sleep 60) & setsid sleep 60 & echo $! > own; echo started; wait; sleep 60`, { timeoutMs: 400 })
    expect(result).toMatchObject({ timedOut: true, output: expect.stringContaining('started') })
    expect(result.durationMs).toBeLessThan(4000)
    for (const name of ['inner', 'own']) expect(await isAlive(Number(await readFile(path.join(folder, name), 'utf8'))), name).toBe(false)
  })
  it('ends it when stopped, also before it started', async () => {
    const stop = new AbortController()
    const running = run('echo $$ > pid; sleep 60', { signal: stop.signal })
    await vi.waitFor(async () => expect(await readFile(path.join(folder, 'pid'), 'utf8')).toMatch(/^\d+\n$/), { timeout: 5000 })
    stop.abort()
    expect((await running).durationMs).toBeLessThan(4000)
    expect(await isAlive(Number(await readFile(path.join(folder, 'pid'), 'utf8')))).toBe(false)
    expect((await run('echo x', { signal: stop.signal })).output).toBe('')
  })
  it('does not wait for something left in the background that holds the output', async () => {
    const result = await run('sleep 60 & echo $! > pid; echo done')
    expect(result.exitCode).toBe(0)
    expect(result.output).toContain('done')
    expect(result.output).toContain('left in the background')
    expect(result.durationMs).toBeLessThan(4000)
  })
  it('rejects when the folder is not there', async () => {
    await expect(runner.run({ command: 'true', cwd: path.join(folder, 'gone'), timeoutMs: 1000, maxBytes: 10, signal: new AbortController().signal })).rejects.toThrow()
  })
})
