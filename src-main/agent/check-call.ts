/** Looks a tool call up before it runs: which tool, valid arguments, what it would do, and whether it may. */
import type { ToolRisk } from '../../src-shared/domain/session.ts'
import { AppError, describe, toErrorData } from '../../src-shared/errors.ts'
import type { ApprovalMode, Approvals, Permission } from './approvals.ts'
import { oneLine } from './cap-text.ts'
import { rulesOf, type Catalog, type CatalogTool } from './tool-catalog.ts'
import type { CallFacts, TurnCall, Verdict } from './turn-state.ts'

export interface CheckedCall {
  facts: CallFacts
  verdict: Verdict
  /** What to run; null when the call cannot run. */
  run: { tool: CatalogTool; args: Record<string, unknown>; outside?: string } | null
}

/** Never throws for a wrong call: the model gets an error result that says what to do. */
export async function checkCall(
  call: Pick<TurnCall, 'wireName' | 'argumentsText'>,
  rooms: { catalog: Catalog; approvals: Approvals; sessionId: string },
): Promise<CheckedCall> {
  const tool = rooms.catalog.find(call.wireName)
  if (!tool) {
    const names = rooms.catalog.tools.map((known) => known.definition.name).join(', ')
    return refuse(unknownFacts(call.wireName), `Error: there is no tool "${oneLine(call.wireName, 100)}". The tools are: ${names}.`)
  }
  const facts = factsOf(tool)
  const args = parseArguments(call.argumentsText)
  if (typeof args === 'string') return refuse(facts, args)
  try {
    const preview = await tool.preview(args)
    const leaves = preview.outside === undefined ? {} : { outside: preview.outside }
    const known: CallFacts = { ...facts, risk: preview.risk, summary: oneLine(preview.summary), diff: preview.diff, ...leaves }
    const permission = permissionFor(rooms.approvals, rooms.sessionId, known.risk, { tool, args, ...leaves })
    if (permission === 'deny') {
      return { facts: known, verdict: { kind: 'refuse', status: 'denied', text: preview.outside === undefined ? notGranted(rooms.approvals.mode) : NOT_OUTSIDE }, run: null }
    }
    return { facts: known, verdict: { kind: permission }, run: { tool, args, ...leaves } }
  } catch (error) {
    return refuse(facts, errorText(error))
  }
}

const NOT_OUTSIDE = 'This call was not allowed: it leaves the folder, and nobody is here to approve that. Do without it.'

/** Whether a checked call may run now. */
export function permissionFor(approvals: Approvals, sessionId: string, risk: ToolRisk, { tool, args, outside }: NonNullable<CheckedCall['run']>): Permission {
  return approvals.permission(sessionId, { risk, origin: tool.origin, trusted: tool.trusted === true, ...(outside === undefined ? {} : { outside }), ...rulesOf(tool, args, outside) })
}

/** What is known of a call from its tool alone. */
export function factsOf(tool: CatalogTool): CallFacts {
  return { name: tool.name, origin: tool.origin, risk: tool.risk, summary: '', diff: null, ...(tool.parallel ? { parallel: true } : {}) }
}

/** An error as a model reads it. */
export function errorText(error: unknown): string {
  const words = describe(error instanceof AppError ? error.toData() : toErrorData(error))
  return `Error: ${[words.title, words.detail, words.action].filter((part) => part !== '').join(' ')}`
}

function parseArguments(argumentsText: string): Record<string, unknown> | string {
  let value: unknown
  try {
    value = JSON.parse(argumentsText)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON'
    return `Error: the arguments are not valid JSON (${oneLine(reason, 120)}); maybe the answer was cut at its length limit. Nothing was done. Send the call again with one complete JSON object.`
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  return 'Error: the arguments must be one JSON object. Nothing was done. Send the call again.'
}

function refuse(facts: CallFacts, text: string): CheckedCall {
  return { facts, verdict: { kind: 'refuse', status: 'failed', text }, run: null }
}

function unknownFacts(wireName: string): CallFacts {
  return { name: wireName, origin: { kind: 'workspace' }, risk: 'unknown', summary: '', diff: null }
}

function notGranted(mode: ApprovalMode): string {
  const granted = mode === 'reads' ? 'only tools that read' : 'no tool beyond reading in the folder'
  return `This call was not allowed: nobody is here to approve it, and this run grants ${granted}. Do without it.`
}
