/** Runs calls of one server: a few at a time, each with its limits, and every failure as an outcome. A call is never sent twice. */
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Log } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import { ConnectionFailure } from './connection.ts'
import { callError } from './failures.ts'
import type { McpLimits } from './limits.ts'
import type { McpServerSpec, OnProgress } from './ports.ts'
import { toOutcome } from './result.ts'
import type { ServerRun } from './server-run.ts'
import { createSlots } from './slots.ts'
import { createStderrTail } from './stderr-tail.ts'

export interface CallerDeps {
  spec(): McpServerSpec
  limits: McpLimits
  spill: Spill
  log: Log
  /** A run that is ready, started if need be. @throws AppError `mcp.*`, `tool.cancelled` */
  connected(signal: AbortSignal): Promise<ServerRun>
  /** Why the person has to look at the tool first; null = it may be called. */
  heldBack(toolName: string): string | null
  /** A call is about to be sent. */
  counted(): void
}

export type CallTool = (toolName: string, args: Record<string, unknown>, signal: AbortSignal, onProgress?: OnProgress) => Promise<ToolOutcome>

export function createCaller({ spec, limits, spill, log, connected, heldBack, counted }: CallerDeps): CallTool {
  const slots = createSlots(limits.maxInFlight)

  async function explain(error: unknown, run: ServerRun | null, signal: AbortSignal): Promise<ToolOutcome> {
    if (signal.aborted) return failedOutcome(new AppError('tool.cancelled'))
    const { name } = spec()
    const gone = error instanceof ConnectionFailure && error.kind === 'exited'
    if (gone && run?.stopped === true) return failedOutcome(new AppError('mcp.exited', { server: name, reason: 'It was stopped.' }))
    const exit = gone ? ((await run?.connection?.exited) ?? null) : null
    const stderr = run?.stderr ?? createStderrTail()
    const lines = stderr.lines()
    const failure = callError(error, spec(), exit, stderr, limits)
    log.info('mcp.call-failed', { server: name, code: failure.code })
    const tail = failure.code === 'mcp.exited' && lines.length > 3 ? `Last lines of its error output:\n${lines.slice(-10).join('\n')}` : ''
    return failedOutcome(failure.toData(), tail)
  }

  return async (toolName, args, signal, onProgress) => {
    if (!slots.tryTake() && !(await slots.take(signal))) return failedOutcome(new AppError('tool.cancelled'))
    let run: ServerRun | null = null
    try {
      run = await connected(signal)
      const { connection } = run
      if (connection === null) throw new AppError('mcp.exited', { server: spec().name })
      const held = heldBack(toolName)
      if (held !== null) throw new AppError('mcp.tool-held', { server: spec().name, tool: toolName, reason: held })
      counted()
      const result = await connection.call(toolName, args, { signal, idleMs: limits.idleMs, totalMs: limits.totalMs, onProgress })
      return await toOutcome(result, spill)
    } catch (error) {
      return explain(error, run, signal)
    } finally {
      slots.release()
    }
  }
}
