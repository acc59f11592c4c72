/** Programs of this computer by name: where they are, what they say when run once, which of them run. Node adapter; what depends on the system's rules is pure and tested as values. */
import { execFile, spawn } from 'node:child_process'
import { accessSync, constants, readFileSync, readdirSync, statSync } from 'node:fs'
import nodePath from 'node:path'
import type { ProcessTree } from '../ports.ts'

export interface Answer {
  /** null = it was ended, or could not be started. */
  exitCode: number | null
  stdout: string
  stderr: string
  timedOut: boolean
}

export interface RunOptions {
  env: Readonly<Record<string, string | undefined>>
  cwd?: string
  timeoutMs: number
  stdin?: string
  signal?: AbortSignal
  /** Each line of stdout and stderr as it comes. */
  line?: (text: string) => void
}

const MOST = 4 * 1024 * 1024
const WINDOWS_ENDINGS = '.COM;.EXE;.BAT;.CMD'

/** The file a shell would start for a name, absolute; null = none. `path` is a PATH. */
export function findProgram(name: string, { path, platform, env, isProgram = isExecutable }: { path: string; platform: NodeJS.Platform; env: Readonly<Record<string, string | undefined>>; isProgram?: (file: string) => boolean }): string | null {
  const { join, isAbsolute, delimiter } = platform === 'win32' ? nodePath.win32 : nodePath.posix
  const endings = platform !== 'win32' || /\.[A-Za-z]{2,4}$/.test(name) ? [''] : (env['PATHEXT'] || WINDOWS_ENDINGS).split(';').filter(Boolean)
  for (const folder of path.split(delimiter)) {
    // An entry such as `.` means another folder each time.
    if (!isAbsolute(folder)) continue
    for (const ending of endings) {
      const file = join(folder, name + ending.toLowerCase())
      if (isProgram(file)) return file
    }
  }
  return null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, process.platform === 'win32' ? constants.F_OK : constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Windows starts a batch file only through cmd, which reads its line by rules of its own: every argument is quoted for the program, then every sign of cmd's is escaped. Pure. */
export function throughCmd(file: string, args: readonly string[]): string {
  const forProgram = (text: string): string => `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
  const forCmd = (text: string): string => text.replace(/[()%!^"<>&|]/g, '^$&')
  return `"${[file, ...args].map((text) => forCmd(forProgram(text))).join(' ')}"`
}

/** Runs a program to its end in its own process group; its whole tree is ended at the timeout or the signal. Never throws. */
export function runProgram(processes: ProcessTree, file: string, args: readonly string[], options: RunOptions): Promise<Answer> {
  const isBatch = process.platform === 'win32' && /\.(?:cmd|bat)$/i.test(file)
  const [program, list] = isBatch ? [options.env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c', throughCmd(file, args)]] : [file, [...args]]
  return new Promise((resolve) => {
    const child = spawn(program, list, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, windowsVerbatimArguments: isBatch, detached: process.platform !== 'win32' })
    let [stdout, stderr, timedOut] = ['', '', false]
    const rest = { out: '', err: '' }
    const follow = (piece: Buffer, name: 'out' | 'err'): void => {
      const text = piece.toString('utf8')
      if (name === 'out') stdout = (stdout + text).slice(0, MOST)
      else stderr = (stderr + text).slice(-MOST)
      if (!options.line) return
      const lines = (rest[name] + text).split(/\r?\n/)
      rest[name] = lines.pop() ?? ''
      for (const line of lines) options.line(line)
    }
    child.stdout.on('data', (piece: Buffer) => follow(piece, 'out'))
    child.stderr.on('data', (piece: Buffer) => follow(piece, 'err'))
    const stop = (): void => {
      if (child.pid !== undefined) void processes.end(child.pid)
    }
    const timer = setTimeout(() => {
      timedOut = true
      stop()
    }, options.timeoutMs)
    options.signal?.addEventListener('abort', stop, { once: true })
    if (options.signal?.aborted) stop()
    const settle = (exitCode: number | null, why = ''): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', stop)
      if (options.line) for (const line of [rest.out, rest.err]) if (line !== '') options.line(line)
      resolve({ exitCode, stdout, stderr: stderr || why, timedOut })
    }
    child.once('error', (error) => settle(null, error.message))
    child.once('close', (exitCode) => settle(exitCode))
    // It may end before it has read all.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
  })
}

/** Names of programs that run now, as the system spells them. */
export async function runningNames(): Promise<ReadonlySet<string>> {
  if (process.platform === 'linux') {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), nodePath.basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '')]
      } catch {
        // It ended meanwhile.
        return []
      }
    })
    return new Set(names.filter(Boolean))
  }
  const [file, args] = process.platform === 'win32' ? ['tasklist', ['/fo', 'csv', '/nh']] : ['/bin/ps', ['-A', '-o', 'comm=']]
  const text = await new Promise<string>((resolve) => {
    execFile(file, args, { maxBuffer: MOST, windowsHide: true }, (error, stdout) => resolve(error ? '' : stdout))
  })
  return process.platform === 'win32' ? parseTasklist(text) : new Set(text.split('\n').map((line) => nodePath.posix.basename(line.trim())).filter(Boolean))
}

/** Lines of `tasklist /fo csv /nh`: `"Claude.exe","1234","Console","1","100,000 K"`. */
export function parseTasklist(text: string): ReadonlySet<string> {
  return new Set(text.split(/\r?\n/).flatMap((line) => /^"([^"]+)"/.exec(line)?.slice(1, 2) ?? []))
}
