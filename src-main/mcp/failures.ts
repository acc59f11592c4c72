/** Turns what went wrong with a server or a call into the error a person and the model read. Pure. */
import { remoteUrl } from '../../src-shared/domain/mcp.ts'
import { AppError } from '../../src-shared/errors.ts'
import { ConnectionFailure, describeExit, type ServerExit } from './connection.ts'
import type { McpLimits } from './limits.ts'
import type { McpServerSpec } from './ports.ts'
import type { StderrTail } from './stderr-tail.ts'

/** What a server of the stateless 2026-07-28 revision answers to `initialize`. */
const METHOD_NOT_FOUND = -32601

/** A start that did not end in a usable server. `stderr` also takes secrets out of the server's own words. */
export function startError(error: unknown, spec: McpServerSpec, stderr: StderrTail, startMs: number, timedOut: boolean): AppError {
  if (error instanceof AppError) return error
  const server = spec.name
  if (timedOut) return new AppError('mcp.start-timeout', { server, seconds: Math.round(startMs / 1000) }, { cause: error })
  if (!(error instanceof ConnectionFailure)) return new AppError('mcp.start-failed', { server, reason: 'It could not be started.' }, { cause: error })
  if (error.kind === 'sign-in') return new AppError('mcp.sign-in-needed', { server, reason: error.detail }, { cause: error })
  return new AppError('mcp.start-failed', { server, reason: startReason(error, spec, stderr) }, { cause: error })
}

function startReason(error: ConnectionFailure, spec: McpServerSpec, stderr: StderrTail): string {
  switch (error.kind) {
    case 'no-answer':
      return `Nothing answers at ${error.detail}.`
    case 'sign-in':
      return `It wants a sign-in: ${error.detail}.`
    case 'not-found':
      if (error.detail === 'NO_FOLDER') return 'The folder it should run in is gone.'
      return error.detail === 'EACCES' ? `“${spec.command}” may not be run.` : `There is no program “${spec.command}” on the PATH.`
    case 'exited':
      return remoteUrl(spec) === null ? `The command ended at once (${error.detail}).${lastOutput(stderr)}` : `The connection ended: ${error.detail}.`
    case 'refused':
      return error.rpcCode === METHOD_NOT_FOUND ? 'It speaks another version of MCP than Portico does: it does not know the handshake (initialize).' : `It refused to start: ${stderr.hide(error.detail)}.`
    case 'timeout':
      return 'It did not answer.'
    case 'aborted':
      return 'It was stopped while it started.'
  }
}

/** A server that ended without being asked to. */
export function exitError(exit: ServerExit, spec: McpServerSpec, stderr: StderrTail, limits: McpLimits): AppError {
  if (exit.cause === 'session-ended') return new AppError('mcp.exited', { server: spec.name, reason: 'The service ended the session.' })
  if (exit.cause === 'message-too-large') return new AppError('mcp.result-too-large', { server: spec.name, limit: limits.maxMessageBytes })
  return new AppError('mcp.exited', { server: spec.name, reason: `Its process ended (${describeExit(exit)}).${lastOutput(stderr)}` })
}

/** A call that gave no result. `exit` is set when the server is gone. */
export function callError(error: unknown, spec: McpServerSpec, exit: ServerExit | null, stderr: StderrTail, limits: McpLimits): AppError {
  if (error instanceof AppError) return error
  const server = spec.name
  if (!(error instanceof ConnectionFailure)) return new AppError('mcp.call-failed', { server, reason: error instanceof Error ? error.message : 'unknown reason' }, { cause: error })
  switch (error.kind) {
    case 'aborted':
      return new AppError('tool.cancelled')
    case 'timeout': {
      const total = error.detail.startsWith('Maximum total')
      return new AppError('mcp.call-timeout', { server, seconds: Math.round((total ? limits.totalMs : limits.idleMs) / 1000) }, { cause: error })
    }
    case 'exited':
      return exit === null ? new AppError('mcp.exited', { server }, { cause: error }) : exitError(exit, spec, stderr, limits)
    case 'sign-in':
      return new AppError('mcp.sign-in-needed', { server, reason: error.detail }, { cause: error })
    case 'no-answer':
      return new AppError('mcp.call-failed', { server, reason: `nothing answers at ${error.detail}` }, { cause: error })
    case 'refused':
    case 'not-found':
      return new AppError('mcp.call-failed', { server, reason: stderr.hide(error.detail) }, { cause: error })
  }
}

/** A stack trace ends in lines that say little: the line that names an error is worth more than the last ones. */
const NAMES_ERROR = /(^|\s|\[)(\w*(Error|Exception)|error|fatal|panic(ked)?)\b[^:]{0,60}:/i

function lastOutput(stderr: StderrTail): string {
  const lines = stderr.lines()
  if (lines.length === 0) return ''
  const named = lines.find((line) => NAMES_ERROR.test(line))
  return ` ${named === undefined ? `Its last output: “${lines.slice(-3).join(' / ')}”.` : `It said: “${named.trim()}”.`}`
}
