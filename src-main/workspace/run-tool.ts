/** The run tool: one shell command in the folder. */
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { CommandRunner } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import type { ToolArguments } from './arguments.ts'
import { longOutcome } from './outcome.ts'

/** Kept of a command's output for the file; the model sees less. */
const MAX_KEPT = 4 * 1024 * 1024

/** @throws AppError `tool.cancelled`, `tool.timeout` is part of the outcome since the output so far matters. */
export async function runCommand(root: string, args: ToolArguments<'run'>, signal: AbortSignal, runner: CommandRunner, spill: Spill): Promise<ToolOutcome> {
  const result = await runner.run({ command: args.command, cwd: root, timeoutMs: args.timeout_seconds * 1000, maxBytes: MAX_KEPT, signal })
  if (signal.aborted) throw new AppError('tool.cancelled')
  const ending = result.timedOut
    ? `[ended after ${args.timeout_seconds} s: timeout; its processes were stopped]`
    : result.signal !== null
      ? `[ended by signal ${result.signal}]`
      : `[exit code ${result.exitCode ?? 'unknown'}]`
  const output = result.output.endsWith('\n') || result.output === '' ? result.output : `${result.output}\n`
  const outcome = await longOutcome(output + ending, spill, result.timedOut || result.exitCode !== 0)
  return { ...outcome, bytes: Math.max(outcome.bytes, result.bytes) }
}
