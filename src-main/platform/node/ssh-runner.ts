/** Runs shell scripts on another machine through the system's own `ssh`: its configuration, keys, agent and known hosts are the person's. The script goes over standard input, so nothing of it is an argument. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'

export interface SshRunnerOptions {
  /** The `ssh` program. */
  program: string
  env: Readonly<Record<string, string | undefined>>
  /** Another configuration file than `~/.ssh/config`; null = ssh's own choice. */
  config: string | null
  /** A folder for shared connections (0700), null = every script connects anew (Windows). */
  shared: string | null
}

export interface SshAnswer {
  /** 255 = ssh itself failed. */
  exitCode: number | null
  stdout: string
  stderr: string
  timedOut: boolean
}

const MOST = 80 * 1024 * 1024
/** A unix socket's path is at most so long; ssh adds a suffix while it makes one. */
const LONGEST_SOCKET = 85
const CONNECT_SECONDS = 15
const SHARED_SECONDS = 60

/** The arguments for one script on a host. Pure. Questions (a password, an unknown host key) cannot be answered here, so they end in a failure that says so. */
export function sshArguments(host: string, { config, shared }: Pick<SshRunnerOptions, 'config' | 'shared'>): string[] {
  const socket = shared === null ? null : `${shared}/%C`
  const isShort = socket !== null && socket.length - 2 + 40 <= LONGEST_SOCKET
  return [
    ...(config === null ? [] : ['-F', config]), '-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`,
    ...(socket !== null && isShort ? ['-o', 'ControlMaster=auto', '-o', `ControlPath=${socket}`, '-o', `ControlPersist=${SHARED_SECONDS}`] : []),
    // What follows is never an option, however it is spelled.
    '--', host, 'sh -s',
  ]
}

export function createSshRunner(options: SshRunnerOptions) {
  return (host: string, script: string, { timeoutMs, line, signal }: { timeoutMs: number; line?: (text: string) => void; signal?: AbortSignal }): Promise<SshAnswer> =>
    new Promise((resolve) => {
      const child = spawn(options.program, sshArguments(host, options), { env: options.env, stdio: ['pipe', 'pipe', 'pipe'] })
      const out: Buffer[] = []
      let bytes = 0
      let errors = ''
      let rest = ''
      let timedOut = false
      const end = (): void => void child.kill('SIGTERM')
      const timer = setTimeout(() => {
        timedOut = true
        end()
      }, timeoutMs)
      signal?.addEventListener('abort', end, { once: true })
      child.stdout.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > MOST) return end()
        out.push(piece)
        if (!line) return
        const parts = (rest + piece.toString('utf8')).split('\n')
        rest = parts.pop() ?? ''
        for (const one of parts) line(one.replace(/\r$/, ''))
      })
      child.stderr.on('data', (piece: Buffer) => {
        errors = (errors + piece.toString('utf8')).slice(-8_000)
      })
      // Its end is told by `close`; a pipe that broke before is part of it.
      child.stdin.on('error', () => undefined)
      const settle = (exitCode: number | null, why = ''): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve({ exitCode, stdout: Buffer.concat(out).toString('utf8'), stderr: errors || why, timedOut })
      }
      child.once('error', (error) => settle(null, error.message))
      // A shared connection goes on in the background with the error pipe open: the end of the process and of its output are what counts.
      const exited = new Promise<number | null>((settled) => child.once('exit', (exitCode) => settled(exitCode)))
      const ended = new Promise<void>((settled) => child.stdout.once('close', () => settled()))
      void Promise.all([exited, ended]).then(([exitCode]) => settle(exitCode))
      child.stdin.end(script)
    })
}

/** ssh looks for its configuration in the home of the account, whatever HOME says; where the two differ it is named, so that it is the one Portico lists hosts from. */
export function sshConfigOf(home: string): string | null {
  const config = path.join(home, '.ssh', 'config')
  return path.resolve(home) !== path.resolve(userInfo().homedir) && existsSync(config) ? config : null
}
