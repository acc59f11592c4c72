/**
 * What a turn or an answer says, apart from how a wire has to put it: the property tests compare this before and after a translation. Only numbered words count
 * as text, so that a translator's own (“Error:”, “From the result of the tool”) do not. Tests only.
 */
import { createToolNames, type ToolNames } from '../tool-names.ts'
import type { FinishReason, MediaSource, Turn, TurnEvent, TurnPart, TurnUsage, WireName } from '../turn.ts'

type Said =
  | { role: 'system' | 'user' | 'assistant'; words: string[] }
  | { call: string; tool: string; arguments: unknown }
  | { result: string; words: string[]; isError: boolean }

export interface TurnMeaning {
  said: Said[]
  media: string[]
  tools: { tool: string; schema: unknown; words: string[] }[]
  choice: string
  isSerial: boolean
  maxTokens: number | null
}

const wordsIn = (text: string): string[] => text.match(/w\d+x|(?<=Tool )\S+(?= is available now)/g) ?? []
const sourceText = (source: MediaSource): string => (source.kind === 'base64' ? `${source.mimeType}:${source.data}` : source.kind === 'url' ? source.url : source.kind === 'file' ? source.id : source.text)
const REMINDER = /^<system-reminder>\n([^]*)\n<\/system-reminder>$/

/** A name as the turn's own wire has it; `names` are those that the translation used, to undo flat names. */
function toolText(name: string, namespace: string | null, kind: string, names: ToolNames | null): string {
  const ref = names?.refOf(name) ?? { name, namespace, kind }
  return `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`
}

function argumentsIn(part: Extract<TurnPart, { type: 'tool-call' }>, names: ToolNames | null): unknown {
  const isWrapped = names?.refOf(part.name).kind === 'custom' && part.kind === 'function'
  if (part.kind === 'custom') return part.argumentsText
  const value: unknown = JSON.parse(part.argumentsText)
  return isWrapped && typeof value === 'object' && value !== null && 'input' in value ? value.input : value
}

/** @param names Of the translation that the turn went through, or null for a turn with the names it was given. */
export function meaningOf(turn: Turn, names: ToolNames | null): TurnMeaning {
  const said: Said[] = []
  const media: string[] = []
  const say = (role: 'system' | 'user' | 'assistant', words: readonly string[]): void => {
    const last = said.at(-1)
    if (words.length === 0) return
    if (last && 'role' in last && last.role === role) last.words.push(...words)
    else said.push({ role, words: [...words] })
  }
  for (const message of turn.messages) {
    const words = message.parts.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? wordsIn(part.text) : part.type === 'tool-reference' ? [part.name] : []))
    for (const part of message.parts) if (part.type === 'image' || part.type === 'document') media.push(`${part.type} ${sourceText(part.source)}`)
    if (message.role === 'tool') {
      const isError = message.isError || message.parts.some((part) => part.type === 'text' && part.text.startsWith('Error'))
      said.push({ result: message.callId, words, isError })
    } else if (message.role === 'user') {
      for (const part of message.parts) {
        if (part.type !== 'text') continue
        const told = REMINDER.exec(part.text)?.[1]
        say(told === undefined ? 'user' : 'system', wordsIn(told ?? part.text))
      }
    } else say(message.role, words)
    for (const part of message.parts) if (part.type === 'tool-call') said.push({ call: part.callId, tool: toolText(part.name, part.namespace, part.kind, names), arguments: argumentsIn(part, names) })
  }
  return {
    said, media, tools: offered(turn, names), isSerial: turn.parallelTools === false && turn.toolChoice.kind !== 'none', maxTokens: turn.maxTokens,
    choice: turn.toolChoice.kind === 'tool' ? toolText(turn.toolChoice.name, turn.toolChoice.namespace, 'function', names) : turn.toolChoice.kind,
  }
}

/** Tools that a model may call: not the hosted ones, and deferred ones only when the history named them. */
function offered(turn: Turn, names: ToolNames | null): TurnMeaning['tools'] {
  const named = new Set(turn.messages.flatMap((message) => message.parts.flatMap((part) => (part.type === 'tool-reference' ? [part.name] : []))))
  return turn.tools.flatMap((tool) => {
    if (tool.kind === 'hosted' || (tool.kind === 'function' && tool.deferred && !named.has(tool.name))) return []
    const namespace = tool.kind === 'tool-search' ? null : tool.namespace
    const text = toolText(tool.name, namespace, tool.kind, names)
    return [{ tool: text, words: wordsIn(tool.description), schema: text.startsWith('custom') || tool.kind === 'custom' ? null : tool.inputSchema }]
  })
}

/** What may be lost with a note, and the words that the note may have. */
export function steeringOf(turn: Turn): Record<string, { value: unknown; note: RegExp }> {
  return {
    temperature: { value: turn.temperature, note: /^temperature/ }, topP: { value: turn.topP, note: /^top_p/ }, topK: { value: turn.topK, note: /^top_k/ },
    stop: { value: turn.stop.length === 0 ? null : turn.stop.join('|'), note: /^stop/ }, verbosity: { value: turn.verbosity, note: /^verbosity/ },
    format: { value: turn.format === null ? null : JSON.stringify(turn.format.schema), note: /^format/ }, user: { value: turn.user, note: /^user/ },
    thinks: { value: turn.reasoning.effort !== null || turn.reasoning.budgetTokens !== null ? 'yes' : null, note: /^(reasoning|thinking|effort)/ },
  }
}

export interface AnswerMeaning {
  text: string
  thought: string
  states: unknown[]
  calls: { id: string; tool: string; arguments: unknown }[]
  order: string[]
  usage: TurnUsage | null
  end: string
}

/** Reasons for an end that a wire has no word for, and what it says instead. */
const COARSER: Readonly<Record<WireName, Partial<Record<FinishReason, FinishReason>>>> = {
  messages: {},
  'chat-completions': { paused: 'end', 'context-full': 'length' },
  responses: { paused: 'end', 'context-full': 'length', 'stop-sequence': 'end' },
}

/** @param through Wires that the answer went through, or will: what each of them has no word for is not compared. */
export function answerMeaning(events: readonly TurnEvent[], through: readonly WireName[]): AnswerMeaning {
  const meaning: AnswerMeaning = { text: '', thought: '', states: [], calls: [], order: [], usage: null, end: 'nothing' }
  let call: { id: string; tool: string; text: string; isJson: boolean } | null = null
  const begin = (kind: string): void => {
    if (meaning.order.at(-1) !== kind || kind === 'call') meaning.order.push(kind)
  }
  for (const event of events) {
    switch (event.type) {
      case 'start': break
      case 'text': case 'refusal':
        meaning.text += event.text
        begin('text')
        break
      case 'reasoning':
        meaning.thought += event.text
        begin('thought')
        break
      case 'reasoning-end':
        if (event.state !== null) meaning.states.push(event.state)
        break
      case 'tool-start':
        call = { id: event.callId, tool: `${event.kind} ${event.namespace ?? ''}/${event.name}`, text: '', isJson: event.kind !== 'custom' }
        begin('call')
        break
      case 'tool-delta':
        if (call) call.text += event.text
        break
      case 'tool-end':
        if (call) meaning.calls.push({ id: call.id, tool: call.tool, arguments: call.isJson ? JSON.parse(call.text) : call.text })
        call = null
        break
      case 'usage': meaning.usage = event.usage; break
      case 'finish': {
        let reason = event.reason
        for (const wire of through) reason = COARSER[wire][reason] ?? reason
        meaning.end = reason === 'stop-sequence' ? `${reason} ${event.stopSequence ?? ''}` : reason
        break
      }
      case 'failure': meaning.end = `failure ${failureStatus(event.failure.status, through)} ${event.failure.message}`; break
    }
  }
  // Chat Completions servers do not hand a state out. Of a broken answer nobody runs the calls.
  if (through.includes('chat-completions')) meaning.states = []
  return meaning.end.startsWith('failure') ? { ...meaning, usage: null, calls: [], order: [] } : meaning
}

/** Only Anthropic's wire tells the provider's kinds of trouble apart inside a stream. */
const failureStatus = (status: number, through: readonly WireName[]): string => (through.every((wire) => wire === 'messages') ? String(status) : status >= 500 ? '5xx' : '4xx')

/** As an upstream says them that was told flat names: only Responses has namespaces. */
export function flattened(events: readonly TurnEvent[], wire: WireName, names: ToolNames): TurnEvent[] {
  if (wire === 'responses') return [...events]
  return events.map((event) => (event.type === 'tool-start' ? { ...event, name: names.flat(event.name, event.namespace), namespace: null } : event))
}

/** Names for answers of the random kind. */
export const answerNames = (): ToolNames => createToolNames({ messages: [], tools: [
  { kind: 'function', name: 'Bash', namespace: null, description: '', inputSchema: {}, strict: null, deferred: false },
  { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: '', inputSchema: {}, strict: null, deferred: false },
  { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null },
] })
