/** Runs one shell command in its own process group, with capped output, and ends the whole tree on timeout or abort. Node adapter. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { CommandRunner, ProcessTable, ProcessTree, RunRequest, RunResult } from '../ports.ts'
import { createOutputBuffer } from './output-buffer.ts'

export interface CommandRunnerDeps {
  /** With `withVariable`, what left the command's tree (a daemon) is found and ended too. */
  processes: ProcessTree & Partial<Pick<ProcessTable, 'withVariable'>>
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
      if (request.signal.aborted) return NOTHING_RAN
      const mark = randomBytes(12).toString('hex')
      const variables = { ...commandEnvironment(env, await path()), [MARK_VARIABLE]: mark }
      // Stopped while PATH was asked for.
      if (request.signal.aborted) return NOTHING_RAN
      return follow(startShell(request, variables, platform), request, (pid) => endTree(pid, mark, processes, platform), started, platform)
    },
  }
}

const NOTHING_RAN: RunResult = { exitCode: null, signal: null, output: '', bytes: 0, timedOut: false, durationMs: 0 }

/** In the environment of everything a command starts, so that what detached itself can be found when the command is ended. */
const MARK_VARIABLE = 'PORTICO_COMMAND'

/**
 * Names of variables that hold secrets: a command of the model has no use for them that the person has not seen. Rather one too many than one
 * too few; names that only sound like it (TOKENIZERS_PARALLELISM, SSH_ASKPASS, SSH_AUTH_SOCK, PWD) stay.
 */
const SECRET = /TOKEN(?!IZ)|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(API|AUTH|PRIVATE|ACCESS)_?KEY|(^|_)(KEYS?(_ID)?|PASS|PAT|AUTH)$|._PWD$|^SSHPASS$/i

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

function follow(child: ChildProcess, request: RunRequest, endTreeOf: (pid: number) => Promise<void>, started: number, platform: NodeJS.Platform): Promise<RunResult> {
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
    let ending = false
    const end = (): void => {
      if (ending || child.pid === undefined) return
      ending = true
      const done = (): void => finish(child.exitCode, child.signalCode)
      void endTreeOf(child.pid).then(done, done)
    }
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, request.timeoutMs)
    const onAbort = (): void => end()
    // The shell's own end is not yet that of what it started: a command that is being ended has ended when nothing of it is left.
    const finishUnlessEnding = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      if (!ending) finish(exitCode, signal)
    }
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
    child.once('close', finishUnlessEnding)
    child.once('exit', (code, signal) => {
      if (ending) return
      // Something left in the background may hold the output open for ever; it is part of this command and ends with it.
      drain = setTimeout(() => {
        if (ending) return
        if (child.pid !== undefined && platform !== 'win32') endGroup(child.pid)
        add(Buffer.from('\n[processes left in the background were ended]\n'))
        finish(code, signal)
      }, DRAIN_MS)
    })
  })
}

/** The command's processes, its group, and then what has left both. */
async function endTree(pid: number, mark: string, processes: CommandRunnerDeps['processes'], platform: NodeJS.Platform): Promise<void> {
  await processes.end(pid)
  if (platform !== 'win32') endGroup(pid)
  const marked = (await processes.withVariable?.(MARK_VARIABLE, mark)) ?? []
  await Promise.all(marked.map((one) => processes.end(one)))
}

/** Ends what is left of the command's own process group. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nothing is left in the group.
  }
}
