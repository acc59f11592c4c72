/**
 * The practice responder: a deterministic, rule-based answer to a conversation. It is not an AI and says so. Pure: the same turn gives the same answer.
 * How far it has come is read from the conversation: every answer with tool calls since the last instructions is one step done.
 */
import { type Turn, type TurnMessage, type TurnPart, textOf } from '../../translate/turn.ts'
import { isFailedScript, toldByScript } from './code-mode.ts'
import { type Instruction, readInstructions, type ToolRequest, writtenByPerson } from './instructions.ts'
import { practiceText } from './practice-text.ts'
import { sampleOf } from './sample.ts'
import { type MatchedCall, matchTool, offerOf } from './tool-match.ts'

export interface TextPart {
  text: string
  /** Characters per second to stream at; null = the usual quick pace. */
  perSecond: number | null
  /** Told as what the model thinks, not as what it says. */
  isThought?: true
}

export interface Answer {
  parts: readonly TextPart[]
  /** Asked for together; empty = the turn is over. */
  toolCalls: readonly (MatchedCall & { callId: string })[]
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
  'think something over',
  'say something',
  'stream 2000 characters',
  '```',
  '',
  'Several lines are done one after the other. For real answers, add a model server such as Ollama in Settings.',
].join('\n')

/** Calls whose result is needed for another one: they are no step of their own. */
const FIRST_PREFIX = 'call_practice_first_'

const said = (text: string): Answer => ({ parts: [{ text, perSecond: null }], toolCalls: [] })

export function respond(turn: Turn): Answer {
  const at = turn.messages.findLastIndex((message) => message.role === 'user' && writtenIn(message).trim() !== '')
  const message = turn.messages[at]
  const written = message ? writtenIn(message) : ''
  // Code editors put the answer into a file as it is.
  if (written.includes('<before_gap>')) return said('/* offline-practice: not an AI */')
  // Some clients ask for a title or the like in a shape of their own.
  if (turn.format) return said(JSON.stringify(turn.format.schema ? sampleOf(turn.format.schema, written) : { answer: written.slice(0, 80) }))
  const { instructions, other } = readInstructions(written)
  if (!message || instructions.length === 0) return said(HELP)
  return answer(turn, turn.messages.slice(at + 1), instructions, other)
}

const writtenIn = (message: TurnMessage): string => writtenByPerson(message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])))

function answer(turn: Turn, since: readonly TurnMessage[], instructions: readonly Instruction[], other: readonly string[]): Answer {
  const offer = offerOf(turn)
  const stepsDone = countSteps(since)
  const known = knownFrom(since)
  const parts: TextPart[] = []
  const add = (text: string, perSecond: number | null = null): void => void parts.push({ text: parts.some((part) => !part.isThought) ? `\n\n${text}` : text, perSecond })
  const failed = lastResults(since).filter(hasFailed)
  if (failed.length > 0) add(failed.length === 1 ? 'That did not work; I go on.' : `${failed.length} of those did not work; I go on.`)
  let steps = 0
  for (const instruction of instructions) {
    const isOver = steps < stepsDone
    if (instruction.kind !== 'tools') {
      if (isOver) continue
      if (instruction.kind === 'think') parts.push({ text: instruction.text, perSecond: null, isThought: true })
      else if (instruction.kind === 'stream') add(practiceText(instruction.characters), instruction.perSecond)
      else add(instruction.text)
      continue
    }
    const matched = instruction.requests.map((request) => ({ request, match: matchTool(request, offer, known) }))
    const missing = matched.filter((one) => one.match.kind === 'none')
    if (missing.length > 0) {
      if (!isOver) add(`There is no tool here for ${missing.map((one) => `\`${nameOf(one.request)}\``).join(', ')}, so I leave out \`${instruction.line}\`.`)
      continue
    }
    steps += 1
    if (isOver) continue
    const first = matched.flatMap(({ match }) => (match.kind === 'first' ? [match] : []))
    if (first.length > 0) {
      add(first.some((one) => one.what.startsWith('search_')) ? 'I look for the tool first.' : 'I read the file first.')
      return { parts, toolCalls: first.map((one, index) => ({ ...one.call, callId: `${FIRST_PREFIX}${turn.messages.length}_${index}_${one.what}` })) }
    }
    add(announce(instruction.requests))
    const toolCalls = matched.flatMap(({ match }, index) => (match.kind === 'call' ? [{ ...match.call, callId: `call_practice_${turn.messages.length}_${index}` }] : []))
    return { parts, toolCalls }
  }
  if (stepsDone > 0) add(summary(since))
  if (other.length > 0) add(`I left out what I do not understand: ${other.slice(0, 3).map((line) => `“${line.slice(0, 80)}”`).join(', ')}${other.length > 3 ? ' and more' : ''}. I am a rule-based responder, not an AI.`)
  return { parts, toolCalls: [] }
}

type CallPart = Extract<TurnPart, { type: 'tool-call' }>

const callsIn = (message: TurnMessage): CallPart[] => (message.role === 'assistant' ? message.parts.filter((part): part is CallPart => part.type === 'tool-call') : [])
const isFirst = (call: CallPart): boolean => call.callId.startsWith(FIRST_PREFIX)

/** Answers with calls. One answer may be several assistant messages in a row (the Responses wire has them as items). */
function countSteps(since: readonly TurnMessage[]): number {
  let steps = 0
  let isCounted = false
  for (const message of since) {
    if (message.role !== 'assistant') isCounted = false
    else if (!isCounted && callsIn(message).some((call) => !isFirst(call))) {
      steps += 1
      isCounted = true
    }
  }
  return steps
}

/** What the calls made first have brought, by what they were for: their id says it. */
function knownFrom(since: readonly TurnMessage[]): Map<string, string | null> {
  const results = resultsIn(since)
  return new Map(since.flatMap(callsIn).filter(isFirst).map((call) => {
    const result = results.get(call.callId)
    return [call.callId.slice(FIRST_PREFIX.length).replace(/^\d+_\d+_/, ''), result && !hasFailed(result) ? outputIn(textOf(result.parts)) : null]
  }))
}

/** Codex puts lines about the command before what it printed. */
const outputIn = (text: string): string => toldByScript(text) ?? text.replace(/^(?:[^\n]*\n){0,12}?Output:\n/, '')

const hasFailed = (result: ToolMessage): boolean => result.isError || isFailedScript(textOf(result.parts))

const resultsIn = (since: readonly TurnMessage[]): Map<string, ToolMessage> => new Map(since.flatMap((message) => (message.role === 'tool' ? [[message.callId, message] as const] : [])))
type ToolMessage = Extract<TurnMessage, { role: 'tool' }>

function lastResults(since: readonly TurnMessage[]): ToolMessage[] {
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
  const calls = since.flatMap(callsIn).filter((call) => !isFirst(call))
  const results = resultsIn(since)
  const lines = calls.map((call) => {
    const result = results.get(call.callId)
    return `- \`${call.name}\`: ${result ? (hasFailed(result) ? 'did not work' : 'done') : 'no result'}`
  })
  const last = lastResults(since).at(-1)
  const shown = textOf(last?.parts ?? []).split('\n').slice(0, 12).map((line) => line.slice(0, 160)).join('\n')
  // A fence longer than any run of backticks inside, so that a result cannot break out of its block.
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length + 1)))
  const block = shown.trim() === '' ? '' : `\n\nThe last result began with:\n\n${fence}text\n${shown}\n${fence}`
  return `**Done.** ${calls.length === 1 ? 'One tool call' : `${calls.length} tool calls`}:\n\n${lines.join('\n')}${block}\n\nThis was offline-practice, a rule-based responder, not an AI.`
}
