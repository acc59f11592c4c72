/** One run of one server: its process from spawn to the end of its whole tree, or its session. */
import type { HeldTree, ProcessTable } from '../platform/ports.ts'
import { MARK_VARIABLE } from './child-env.ts'
import type { McpConnection, ServerExit } from './connection.ts'
import type { PidFile } from './pid-file.ts'
import { createStderrTail, type StderrTail } from './stderr-tail.ts'

export interface ServerRun {
  /** In the environment of every process of this run. */
  readonly mark: string
  readonly abort: AbortController
  stderr: StderrTail
  pid: number | null
  connection: McpConnection | null
  /** Set once the process is gone. */
  exit: ServerExit | null
  /** Somebody asked for the end; otherwise it is a crash. */
  stopped: boolean
}

export function newRun(mark: string): ServerRun {
  return { mark, abort: new AbortController(), stderr: createStderrTail(), pid: null, connection: null, exit: null, stopped: false }
}

export interface EndDeps {
  processes: ProcessTable
  pids: PidFile
  /** Resolves after this many milliseconds. */
  wait(ms: number): Promise<void>
  politeCloseMs: number
}

/** Ends the run's process and everything it started: stdin closed, a moment to end by itself, then the tree by force. At most about 2.5 s. */
export async function endRun(run: ServerRun, { processes, pids, wait, politeCloseMs }: EndDeps): Promise<void> {
  run.abort.abort()
  const { pid, connection } = run
  if (pid === null) {
    // A remote server: only the session is ended.
    connection?.close()
    if (connection !== null) await Promise.race([connection.exited, wait(politeCloseMs)])
    return
  }
  const held: HeldTree = await processes.hold(pid)
  if (connection !== null && run.exit === null) {
    connection.close()
    await Promise.race([connection.exited, wait(politeCloseMs)])
  }
  const marked = await processes.withVariable(MARK_VARIABLE, run.mark)
  await Promise.all([held.end(), ...marked.map((other) => processes.end(other))])
  await pids.remove(pid)
}
