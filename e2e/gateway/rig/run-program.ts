/** Runs a coding client as a person would: its own process group and environment, a deadline, and a signal when the test wants one. */
import { spawn } from 'node:child_process'

export interface ProgramRun {
  code: number | null
  stdout: string
  stderr: string
  ms: number
}

export interface RunningProgram {
  /** What it wrote so far. */
  stdout(): string
  stderr(): string
  /** As Ctrl+C in a terminal: to the program and everything it started. */
  interrupt(): void
  done: Promise<ProgramRun>
}

const DEADLINE_MS = 45_000

/** @throws (from `done`) when it cannot be started, or when it is not over in 45 s: a client that hangs is a finding, with what it said. */
export function startProgram(command: string, args: readonly string[], options: { cwd: string; env: Record<string, string>; input?: string }): RunningProgram {
  const started = Date.now()
  // A group of its own, so that what the client starts ends with it.
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {}).end(options.input ?? '') // It may end before it has read everything.
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch (failure) {
      if (!(failure instanceof Error && 'code' in failure && failure.code === 'ESRCH')) throw failure
    }
  }
  const done = new Promise<ProgramRun>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal('SIGKILL')
      reject(new Error(`${command} was not over after ${DEADLINE_MS / 1000} s\n--- stdout\n${stdout}\n--- stderr\n${stderr}`))
    }, DEADLINE_MS)
    child.once('error', (failure) => {
      clearTimeout(timer)
      reject(failure)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr, ms: Date.now() - started })
    })
  })
  return { stdout: () => stdout, stderr: () => stderr, interrupt: () => signal('SIGINT'), done }
}
