/** Runs one shell command in its own process group, with capped output, and ends the whole tree on timeout or abort. Node adapter. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { CommandRunner, ProcessTree, RunRequest, RunResult } from '../ports.ts'
import { createOutputBuffer } from './output-buffer.ts'

export interface CommandRunnerDeps {
  processes: ProcessTree
  /** The environment to start from. Portico's and Electron's own variables are taken out. */
  env: Readonly<Record<string, string | undefined>>
  /** PATH for commands; asked at every run. */
  path: () => Promise<string>
  platform?: NodeJS.Platform
}

/** After the shell has ended, how long its output may stay open (held by something it left in the background), in milliseconds. */
const DRAIN_MS = 500

export function createCommandRunner({ processes, env, path, platform = process.platform }: CommandRunnerDeps): CommandRunner {
  return {
    async run(request) {
      const started = performance.now()
      if (request.signal.aborted) return { exitCode: null, signal: null, output: '', bytes: 0, timedOut: false, durationMs: 0 }
      const child = startShell(request, commandEnvironment(env, await path()), platform)
      return follow(child, request, processes, started, platform)
    },
  }
}

/** Names of variables that hold secrets: a command of the model has no use for them that the person has not seen. */
const SECRET = /(^|_)(TOKEN|API_?KEY|SECRET(_?KEY)?|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_?KEY|ACCESS_?KEY(_ID)?|AUTH_?KEY)(_|$)/i

/** What a command sees: the person's environment without Portico's and Electron's own and without secrets, and nothing that waits for a keyboard or a pager. */
export function commandEnvironment(env: CommandRunnerDeps['env'], path: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !SECRET.test(name) && !/^(ELECTRON_|PORTICO_|CHROME_DESKTOP$|GIO_LAUNCHED_)/.test(name) && name.toUpperCase() !== 'PATH') result[name] = value
  }
  return { ...result, PATH: path, TERM: 'dumb', PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' }
}

function startShell(request: RunRequest, env: Record<string, string>, platform: NodeJS.Platform): ChildProcess {
  const options = { cwd: request.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
  if (platform === 'win32') {
    return spawn(env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c', `"${request.command}"`], { ...options, windowsHide: true, windowsVerbatimArguments: true })
  }
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'
  return spawn(shell, ['-c', request.command], { ...options, detached: true })
}

function follow(child: ChildProcess, request: RunRequest, processes: ProcessTree, started: number, platform: NodeJS.Platform): Promise<RunResult> {
  const output = createOutputBuffer(request.maxBytes)
  const add = (chunk: Uint8Array): void => {
    output.add(chunk)
    request.onOutput?.(chunk)
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return new Promise<RunResult>((resolve, reject) => {
    let timedOut = false
    let ended = false
    let drain: NodeJS.Timeout | undefined
    const end = async (): Promise<void> => {
      if (child.pid !== undefined) await processes.end(child.pid)
      if (child.pid !== undefined && platform !== 'win32') endGroup(child.pid)
    }
    const timer = setTimeout(() => {
      timedOut = true
      void end().then(() => finish(child.exitCode, child.signalCode))
    }, request.timeoutMs)
    const onAbort = (): void => void end().then(() => finish(child.exitCode, child.signalCode))
    const finish = (exitCode: number | null, signal: NodeJS.Signals | null, failure?: Error): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      clearTimeout(drain)
      request.signal.removeEventListener('abort', onAbort)
      child.stdout?.destroy()
      child.stderr?.destroy()
      if (failure) return reject(failure)
      resolve({ exitCode, signal, output: output.text(), bytes: output.bytes, timedOut, durationMs: Math.round(performance.now() - started) })
    }
    request.signal.addEventListener('abort', onAbort, { once: true })
    if (request.signal.aborted) onAbort()
    child.once('error', (error) => finish(null, null, error))
    child.once('close', (code, signal) => finish(code, signal))
    child.once('exit', (code, signal) => {
      // Something left in the background may hold the output open for ever; it is part of this command and ends with it.
      drain = setTimeout(() => {
        if (child.pid !== undefined && platform !== 'win32') endGroup(child.pid)
        output.add(Buffer.from('\n[processes left in the background were ended]\n'))
        finish(code, signal)
      }, DRAIN_MS)
    })
  })
}

/** Ends what is left of the command's own process group. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nothing is left in the group.
  }
}
