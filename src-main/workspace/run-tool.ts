/** The run tool: one shell command in the folder. */
import { stripVTControlCharacters } from 'node:util'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { CommandRunner } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import type { ToolArguments } from './arguments.ts'
import { longOutcome } from './outcome.ts'

/** Kept of a command's output for the file; the model sees less. */
const MAX_KEPT = 4 * 1024 * 1024

/** Characters of the newest output that are looked at while it runs. */
const TAIL = 4_000
const NEWEST_LINES = 5

/** What a person sees of a command that runs: its last lines, without the codes that move a cursor. */
function newestLines(text: string): string {
  const plain = stripVTControlCharacters(text).replace(/[^\n]*\r(?!\n)/g, '')
  return plain.trimEnd().split('\n').slice(-NEWEST_LINES).join('\n')
}

/** @throws AppError `tool.cancelled`, `tool.timeout` is part of the outcome since the output so far matters. */
export async function runCommand(root: string, args: ToolArguments<'run'>, signal: AbortSignal, runner: CommandRunner, spill: Spill, onOutput?: (text: string) => void): Promise<ToolOutcome> {
  let tail = ''
  const hear = onOutput && ((chunk: Uint8Array): void => {
    tail = (tail + Buffer.from(chunk).toString('utf8')).slice(-TAIL)
    onOutput(newestLines(tail))
  })
  const result = await runner.run({ command: args.command, cwd: root, timeoutMs: args.timeout_seconds * 1000, maxBytes: MAX_KEPT, signal, ...(hear ? { onOutput: hear } : {}) })
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
