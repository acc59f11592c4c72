/** Spawns a server's process with its environment and shakes hands. */
import type { SecretStore } from '../platform/ports.ts'
import { basicVariables, declaredVariables, MARK_VARIABLE } from './child-env.ts'
import { ConnectionFailure, type ConnectMcp, type McpConnection } from './connection.ts'
import type { McpLimits } from './limits.ts'
import type { PidFile } from './pid-file.ts'
import type { McpServerSpec } from './ports.ts'
import type { ServerRun } from './server-run.ts'
import { createStderrTail, type StderrTail } from './stderr-tail.ts'

export interface StartDeps {
  secrets: SecretStore
  connect: ConnectMcp
  pids: PidFile
  limits: McpLimits
  clientVersion: string
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  path: () => Promise<string>
  /** The tail of this start, known before the process runs. */
  onStderr(tail: StderrTail): void
  onNoise(): void
  onListChanged(): void
  changed(now: boolean): void
}

/** Lines of noise that are shown among the error output, so that a person sees what it is. */
const SHOWN_NOISE = 5

/** Fills in `run`. @throws ConnectionFailure; AppError `mcp.start-failed` when a declared variable has no value */
export async function openRun(run: ServerRun, spec: McpServerSpec, deps: StartDeps): Promise<McpConnection> {
  const declared = await declaredVariables(spec, deps.secrets)
  run.stderr = createStderrTail(Object.values(declared))
  deps.onStderr(run.stderr)
  const env = { ...basicVariables(deps.env), PATH: await deps.path(), ...declared, [MARK_VARIABLE]: run.mark }
  if (run.abort.signal.aborted) throw new ConnectionFailure('aborted', 'stopped')
  let noise = 0
  run.connection = await deps.connect({
    command: spec.command,
    args: spec.args,
    env,
    cwd: deps.cwd,
    clientVersion: deps.clientVersion,
    maxMessageBytes: deps.limits.maxMessageBytes,
    timeoutMs: deps.limits.startMs,
    signal: run.abort.signal,
    onSpawn(pid) {
      run.pid = pid
      void deps.pids.add(pid, run.mark)
    },
    onNoise(line) {
      noise += 1
      if (noise <= SHOWN_NOISE) run.stderr.add(`[stdout] ${line.slice(0, 500)}\n`)
      deps.onNoise()
      deps.changed(false)
    },
    onStderr(text) {
      run.stderr.add(text)
      deps.changed(false)
    },
    onListChanged: deps.onListChanged,
  })
  return run.connection
}
