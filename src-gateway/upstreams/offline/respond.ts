/**
 * The practice responder: a deterministic, rule-based answer to a conversation. It is not an AI and says so. Pure: the same turn gives the same answer.
 * How far it has come is read from the conversation: every answer with tool calls since the last instructions is one step done.
 */
import type { Turn, TurnMessage, TurnToolCall } from '../../translate/turn.ts'
import { readInstructions, type Instruction, type ToolRequest } from './instructions.ts'
import { practiceText } from './practice-text.ts'
import { matchTool } from './tool-match.ts'

export interface TextPart {
  text: string
  /** Characters per second to stream at; null = the usual quick pace. */
  perSecond: number | null
}

export interface Answer {
  parts: readonly TextPart[]
  /** Asked for together; empty = the turn is over. */
  toolCalls: readonly TurnToolCall[]
}

const HELP = [
  'I am **offline-practice**: a rule-based responder, **not an AI**. I need no network and understand only simple lines, one step each:',
  '',
  '```text',
  'list',
  'read notes.txt',
  'search TODO',
  'write hello.txt: Hello!',
  'in notes.txt replace "old" with "new"',
  'run npm test',
  'use echo {"message":"hi"}',
  'both: read a.txt | read b.txt',
  'say something',
  'stream 2000 characters',
  '```',
  '',
  'Several lines are done one after the other. For real answers, add a model server such as Ollama in Settings.',
].join('\n')

export function respond(turn: Turn): Answer {
  const at = lastInstructionIndex(turn.messages)
  const message = turn.messages[at]
  if (!message) return { parts: [{ text: HELP, perSecond: null }], toolCalls: [] }
  const { instructions, other } = readInstructions(message.text)
  if (instructions.length === 0) return { parts: [{ text: HELP, perSecond: null }], toolCalls: [] }
  return answer(turn, turn.messages.slice(at + 1), instructions, other)
}

function answer(turn: Turn, since: readonly TurnMessage[], instructions: readonly Instruction[], other: readonly string[]): Answer {
  const tools = turn.toolChoice.kind === 'none' ? [] : turn.tools
  const stepsDone = since.filter((message) => message.role === 'assistant' && message.toolCalls.length > 0).length
  const parts: TextPart[] = []
  const add = (text: string, perSecond: number | null = null): void => void parts.push({ text: parts.length > 0 ? `\n\n${text}` : text, perSecond })
  const failed = lastResults(since).filter((result) => result.isError)
  if (failed.length > 0) add(failed.length === 1 ? 'That did not work; I go on.' : `${failed.length} of those did not work; I go on.`)
  let steps = 0
  for (const instruction of instructions) {
    const isOver = steps < stepsDone
    if (instruction.kind !== 'tools') {
      if (isOver) continue
      if (instruction.kind === 'stream') add(practiceText(instruction.characters), instruction.perSecond)
      else add(instruction.text)
      continue
    }
    const matched = instruction.requests.map((request) => ({ request, call: matchTool(request, tools) }))
    const missing = matched.filter((one) => one.call === null)
    if (missing.length > 0) {
      if (!isOver) add(`There is no tool here for ${missing.map((one) => `\`${nameOf(one.request)}\``).join(', ')}, so I leave out \`${instruction.line}\`.`)
      continue
    }
    steps += 1
    if (isOver) continue
    add(announce(instruction.requests))
    const toolCalls = matched.map((one, index) => ({
      callId: `call_practice_${turn.messages.length}_${index}`, name: one.call?.name ?? '', argumentsText: JSON.stringify(one.call?.args ?? {}),
    }))
    return { parts, toolCalls }
  }
  if (stepsDone > 0) add(summary(since))
  if (other.length > 0) add(`I left out what I do not understand: ${other.slice(0, 3).map((line) => `“${line.slice(0, 80)}”`).join(', ')}${other.length > 3 ? ' and more' : ''}. I am a rule-based responder, not an AI.`)
  return { parts, toolCalls: [] }
}

/** The last message a person wrote; one that only carries reminders of the client's own is passed over. */
function lastInstructionIndex(messages: readonly TurnMessage[]): number {
  return messages.findLastIndex((message) => {
    if (message.role !== 'user') return false
    const { instructions, other } = readInstructions(message.text)
    return instructions.length + other.length > 0
  })
}

function lastResults(since: readonly TurnMessage[]): Extract<TurnMessage, { role: 'tool' }>[] {
  const from = since.findLastIndex((message) => message.role === 'assistant')
  return since.slice(from + 1).filter((message) => message.role === 'tool')
}

function announce(requests: readonly ToolRequest[]): string {
  const words = requests.map((request) => {
    switch (request.kind) {
      case 'list': return `list ${request.path ? `\`${request.path}\`` : 'the folder'}`
      case 'read': return `read \`${request.path}\``
      case 'search': return `search for \`${request.pattern}\``
      case 'write': return `write \`${request.path}\``
      case 'edit': return `edit \`${request.path}\``
      case 'run': return `run \`${request.command}\``
      case 'use': return `use \`${request.tool}\``
    }
  })
  return `I will ${words.join(' and ')}.`
}

const nameOf = (request: ToolRequest): string => (request.kind === 'use' ? request.tool : request.kind)

function summary(since: readonly TurnMessage[]): string {
  const calls = since.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
  const results = new Map(since.flatMap((message) => (message.role === 'tool' ? [[message.callId, message] as const] : [])))
  const lines = calls.map((call) => {
    const result = results.get(call.callId)
    return `- \`${call.name}\`: ${result ? (result.isError ? 'did not work' : 'done') : 'no result'}`
  })
  const last = lastResults(since).at(-1)
  const shown = (last?.text ?? '').split('\n').slice(0, 12).map((line) => line.slice(0, 160)).join('\n')
  // A fence longer than any run of backticks inside, so that a result cannot break out of its block.
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length + 1)))
  const block = shown.trim() === '' ? '' : `\n\nThe last result began with:\n\n${fence}text\n${shown}\n${fence}`
  return `**Done.** ${calls.length === 1 ? 'One tool call' : `${calls.length} tool calls`}:\n\n${lines.join('\n')}${block}\n\nThis was offline-practice, a rule-based responder, not an AI.`
}
