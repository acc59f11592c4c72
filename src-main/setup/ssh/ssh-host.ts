/** Another machine as Setup changes it: the same file operations as here, each one script over the system's own ssh. */
import { posix } from 'node:path'
import { AppError } from '../../../src-shared/errors.ts'
import type { FileHost, Machine } from '../ports.ts'
import { listScript, lookScript, readSaid, readScript, removeScript, writeScript } from './remote-script.ts'

export interface SshRun {
  /** Runs `sh -s` on the host with the script as its standard input. */
  (host: string, script: string, options: { timeoutMs: number; line?: (text: string) => void; signal?: AbortSignal }): Promise<{ exitCode: number | null; stdout: string; stderr: string; timedOut: boolean }>
}

export interface RemoteMachine {
  host: string
  machine: Machine
  user: string
  /** "debian 12" */
  os: string
  /** Programs that were found, with what their `--version` said. */
  programs: ReadonlyMap<string, { path: string; version: string | null }>
  /** Portico's own folder there. */
  own: string
}

const LOOK_MS = 30_000
const FILE_MS = 30_000

/** @throws AppError `ssh.failed`, `ssh.unsupported` */
export async function lookAt(run: SshRun, host: string, programs: readonly string[]): Promise<RemoteMachine> {
  const said = await ask(run, host, lookScript(programs), LOOK_MS)
  const [home = '', system = ''] = [said.get('home'), said.get('system')]
  if (system !== 'Linux' || !home.startsWith('/')) throw new AppError('ssh.unsupported', { host, reason: `It is ${system || 'unknown'}; Portico sets up Linux machines over SSH.` })
  const missing = said.get('missing')
  if (missing !== undefined) throw new AppError('ssh.unsupported', { host, reason: `It has no “${missing}”.` })
  const env = Object.fromEntries(['CODEX_HOME', 'CLAUDE_CONFIG_DIR'].map((name) => [name, said.get(`env.${name}`) || undefined]))
  const found = new Map<string, { path: string; version: string | null }>()
  for (const [name, value] of said) {
    const program = /^program\.(.+)$/.exec(name)?.[1]
    if (program !== undefined) found.set(program, { path: value, version: /\d+\.\d+\.\d+[\w.-]*/.exec(said.get(`version.${program}`) ?? '')?.[0] ?? null })
  }
  return { host, machine: { platform: 'linux', home, env }, user: said.get('user') ?? '', os: (said.get('os') ?? '').trim(), programs: found, own: posix.join(home, '.local', 'share', 'portico') }
}

export function createSshHost(run: SshRun, remote: RemoteMachine): FileHost {
  const { host, machine, own } = remote
  const backups = posix.join(own, 'backups')
  return {
    machine,
    async read(path) {
      const said = await ask(run, host, readScript(path), FILE_MS)
      if (said.has('none')) return null
      const bytes = said.get('bytes')
      if (bytes === undefined) throw new AppError('setup.unreadable', { path: `${host}:${path}`, reason: said.get('problem') ?? 'The other machine gave no answer' })
      return { bytes: Buffer.from(bytes, 'base64'), mode: Number.parseInt(said.get('mode') ?? '600', 8) & 0o777, realPath: said.get('real') ?? path }
    },
    async list(folder) {
      const said = await ask(run, host, listScript(folder), FILE_MS)
      return [...said.keys()].flatMap((name) => (name.startsWith('name.') ? [Buffer.from(name.slice(5), 'base64').toString('utf8')] : []))
    },
    async write(path, bytes, { mode, expect }) {
      expectDone(await ask(run, host, writeScript({ path, base64: lines(Buffer.from(bytes).toString('base64')), mode, expect, backups }), FILE_MS), host, path)
    },
    async remove(path, { expect }) {
      expectDone(await ask(run, host, removeScript(path, expect, backups), FILE_MS), host, path)
    },
  }
}

function expectDone(said: ReadonlyMap<string, string>, host: string, path: string): void {
  if (said.has('done')) return
  const shown = `${host}:${path}`
  if (said.has('stale')) throw new AppError('setup.stale', { path: shown })
  throw new AppError('setup.not-writable', { path: shown, reason: said.get('problem') ?? 'The other machine gave no answer' })
}

async function ask(run: SshRun, host: string, script: string, timeoutMs: number): Promise<ReadonlyMap<string, string>> {
  const { exitCode, stdout, stderr, timedOut } = await run(host, script, { timeoutMs })
  // 255 is ssh's own; a script of ours tells its problems by name and ends with 0.
  if (timedOut) throw new AppError('ssh.failed', { host, message: `no answer within ${timeoutMs / 1000} s` })
  if (exitCode === 255 || exitCode === null || exitCode === 127) throw new AppError('ssh.failed', { host, message: stderr.trim().split('\n').at(-1)?.slice(0, 300) || 'the connection ended' })
  return readSaid(stdout)
}

/** A heredoc of one endless line is more than some shells take. */
function lines(text: string): string {
  return text.match(/.{1,76}/g)?.join('\n') ?? ''
}
