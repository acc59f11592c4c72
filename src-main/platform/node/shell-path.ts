/** Finds the PATH that a person's login shell has (nvm, brew, …), which a program started from the desktop does not get. Asked once. */
import { execFile } from 'node:child_process'
import path from 'node:path'

export interface ShellPathOptions {
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** Milliseconds until the shell is given up. */
  timeoutMs?: number
}

const MARK = '__PORTICO_PATH__'
const USUAL = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** Reads the PATH once and keeps it; the answer is the shell's entries, then our own, then the usual places. Never throws. */
export function createShellPath({ env, platform, timeoutMs = 5000 }: ShellPathOptions): () => Promise<string> {
  let answer: Promise<string> | null = null
  return () => {
    answer ??= platform === 'win32' ? Promise.resolve(env['PATH'] ?? env['Path'] ?? '') : ask(env, timeoutMs).then((found) => mergePaths(found, env['PATH'] ?? ''))
    return answer
  }
}

/** The entries of both, first mention wins, followed by the usual places that neither has. Relative entries are left out. */
export function mergePaths(fromShell: string, own: string): string {
  const entries = [...fromShell.split(':'), ...own.split(':'), ...USUAL]
  return [...new Set(entries.filter((entry) => path.posix.isAbsolute(entry)))].join(':')
}

/** What stands between the two marks; a shell's greeting around it does not matter. */
export function readMarked(output: string): string {
  const parts = output.split(MARK)
  return parts.length >= 3 ? (parts[1] ?? '').trim() : ''
}

function ask(env: ShellPathOptions['env'], timeoutMs: number): Promise<string> {
  const shell = env['SHELL']
  if (shell === undefined || !path.posix.isAbsolute(shell)) return Promise.resolve('')
  // fish keeps PATH as a list; env prints it the same way in every shell.
  const command = `printf '%s' '${MARK}'; /usr/bin/env sh -c 'printf %s "$PATH"'; printf '%s' '${MARK}'`
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ELECTRON_')))
  return new Promise((resolve) => {
    const child = execFile(shell, ['-ilc', command], { env: clean, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 }, (_error, stdout) => resolve(readMarked(stdout)))
    child.stdin?.end()
  })
}
