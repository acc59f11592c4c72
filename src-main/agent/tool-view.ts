/** A call of the turn machine as the window shows it. Pure. */
import type { SessionItem, ToolCallStatus, ToolCallView } from '../../src-shared/domain/session.ts'
import { capCharacters, MAX_ARGUMENT_CHARACTERS } from './cap-text.ts'
import type { TurnCall } from './turn-state.ts'

/** The id with which the person's answer to a waiting call comes back. */
export function approvalIdOf(call: Pick<TurnCall, 'key'>): string {
  return `approve_${call.key}`
}

export function toolItem(call: TurnCall, turnId: string, at: number): Extract<SessionItem, { kind: 'tool' }> {
  return { kind: 'tool', id: call.key, turnId, at, call: callView(call) }
}

export function callView(call: TurnCall): ToolCallView {
  const { facts, result } = call
  return {
    callId: call.callId,
    wireName: call.wireName,
    name: facts?.name ?? call.wireName,
    origin: facts?.origin ?? { kind: 'workspace' },
    risk: facts?.risk ?? 'unknown',
    argumentsText: capCharacters(prettyArguments(call.argumentsText), MAX_ARGUMENT_CHARACTERS),
    summary: facts?.summary ?? '',
    status: statusOf(call),
    approvalId: call.phase === 'asking' ? approvalIdOf(call) : null,
    diff: facts?.diff ?? null,
    ...(facts?.outside === undefined ? {} : { outside: facts.outside }),
    resultText: result && result.status !== 'denied' ? result.text : null,
    resultBytes: result?.bytes ?? null,
    isError: result?.isError ?? false,
    denyNote: result?.denyNote ?? null,
    startedAt: call.startedAt,
    endedAt: call.endedAt,
  }
}

function statusOf(call: TurnCall): ToolCallStatus {
  if (call.result) return call.result.status
  if (call.phase === 'asking') return 'waiting'
  return call.phase === 'running' ? 'running' : 'queued'
}

function prettyArguments(argumentsText: string): string {
  try {
    return JSON.stringify(JSON.parse(argumentsText), null, 2)
  } catch {
    return argumentsText
  }
}
