/** The chunks of an upstream’s Chat Completions answer, already parsed, as a turn’s events; a whole answer is one chunk. Synchronous state, no transport. */
import type { ToolNames } from '../tool-names.ts'
import type { FinishReason, TurnEvent, TurnUsage } from '../turn.ts'
import { createCallAssembly } from './call-assembly.ts'
import { readStreamError } from './errors.ts'
import { type Fields, isFields } from './fields.ts'
import { readUsage } from './usage.ts'

const [NOTHING, TEXT, REASONING, ARGUMENTS, OTHER] = [0, 1, 2, 4, 8]

/** What most chunks of a stream bring and nothing else: more of an answer’s text, of its reasoning, or of a call’s arguments. */
export type MoreOf = 'text' | 'reasoning' | 'arguments'

export interface AnswerChunks {
  chunk(value: Fields): void
  /** Text of a chunk whose other fields are those of the last one: the hot path. */
  more(of: MoreOf, text: string): void
  /** `[DONE]`: the server says that all has been said. */
  done(): void
  /** Nothing more comes. */
  end(): void
  fail(status: number, code: string | null, message: string): void
  isOver(): boolean
  /** What the last chunk said when it was nothing but text of one kind, else null. */
  saidOnly(): MoreOf | null
  take(): TurnEvent[]
}

export function createAnswerChunks(names: ToolNames): AnswerChunks {
  let events: TurnEvent[] = []
  let last: TurnEvent | null = null
  let over = false
  /** What the chunk at hand said. */
  let said = NOTHING
  let hasStarted = false
  let identity = ''
  let finish: { reason: FinishReason; stopSequence: string | null } | null = null
  let usage: TurnUsage | null = null
  /** Said after a tool call began: it cannot go between that call’s pieces. */
  let late: TurnEvent[] = []

  const emit = (event: TurnEvent): void => {
    if (event.type === 'tool-delta' && last?.type === 'tool-delta') {
      last.text += event.text
      return
    }
    if (event.type !== 'text' && event.type !== 'reasoning' && event.type !== 'tool-delta') said |= OTHER
    if (!hasStarted && event.type !== 'start') {
      hasStarted = true
      emit({ type: 'start', responseId: null, model: null })
    }
    last = event
    events.push(event)
  }
  const calls = createCallAssembly(names, emit, () => identity)

  /** Neighbours of one kind are one event: fewer and larger pieces for the caller. */
  const say = (type: 'text' | 'reasoning' | 'refusal', text: string): void => {
    if (text === '') return
    said |= type === 'text' ? TEXT : type === 'reasoning' ? REASONING : OTHER
    if (calls.any()) {
      said |= OTHER
      const before = late.at(-1)
      if (before?.type === type && 'text' in before) before.text += text
      else late.push(spoken(type, text))
    } else if (last?.type === type && 'text' in last) last.text += text
    else emit(spoken(type, text))
  }
  const finishWith = (event: TurnEvent): void => {
    if (usage) emit({ type: 'usage', usage })
    emit(event)
    over = true
  }
  const fail = (status: number, code: string | null, message: string): void => {
    if (!over) finishWith({ type: 'failure', failure: { status, code, message } })
  }
  const complete = (): void => {
    if (over) return
    const hadCalls = calls.any()
    if (late.length > 0) {
      calls.close()
      for (const event of late) emit(event)
      late = []
    }
    const given = finish ?? { reason: 'end', stopSequence: null }
    const wrong = calls.end(CUTS.has(given.reason))
    if (wrong !== null) return fail(502, 'unreadable', `The server sent ${wrong}`)
    // Some servers say `stop` after calls, and some `tool_calls` without any.
    const isPlainEnd = given.reason === 'end' || given.reason === 'tool-calls' || given.reason === 'stop-sequence'
    const reason = isPlainEnd ? (hadCalls ? 'tool-calls' : given.reason === 'tool-calls' ? 'end' : given.reason) : given.reason
    finishWith({ type: 'finish', reason, stopSequence: reason === 'stop-sequence' ? given.stopSequence : null })
  }
  const takeContent = (content: unknown): void => {
    if (typeof content === 'string') return say('text', content)
    if (!Array.isArray(content)) return
    for (const part of content) {
      if (!isFields(part)) continue
      // Mistral’s reasoning models answer in parts.
      if (Array.isArray(part['thinking'])) for (const thought of part['thinking']) say('reasoning', isFields(thought) ? textIn(thought['text']) : '')
      else say('text', textIn(part['text']))
    }
  }
  const takeChoice = (choice: Fields): void => {
    const delta = isFields(choice['delta']) ? choice['delta'] : isFields(choice['message']) ? choice['message'] : null
    if (delta) {
      say('reasoning', textIn(delta['reasoning_content']) || textIn(delta['reasoning']))
      takeContent(delta['content'])
      say('refusal', textIn(delta['refusal']))
      const pieces: unknown = delta['tool_calls']
      if (Array.isArray(pieces) && pieces.length > 0) {
        said |= pieces.length === 1 && calls.isMore(pieces[0]) ? ARGUMENTS : OTHER
        pieces.forEach(calls.take)
      }
      if (isFields(delta['function_call'])) {
        said |= OTHER
        calls.takeLegacy(delta['function_call'])
      }
    } else if (typeof choice['text'] === 'string') say('text', choice['text'])
    const reason = choice['finish_reason']
    if (typeof reason !== 'string' || reason === '') return
    said |= OTHER
    if (BROKEN.has(reason)) return fail(reason === 'insufficient_system_resource' ? 503 : 502, reason, 'The server broke its answer off')
    const sequence = choice['stop_reason']
    finish = typeof sequence === 'string' && reason === 'stop' && !(sequence in FINISH) ? { reason: 'stop-sequence', stopSequence: sequence } : { reason: FINISH[reason.toLowerCase()] ?? 'end', stopSequence: null }
  }
  return {
    chunk: (value) => {
      if (over) return
      said = NOTHING
      if (value['error'] !== undefined && value['error'] !== null && value['error'] !== false) return failWith(value)
      if (value['object'] === 'error' || (value['detail'] !== undefined && value['choices'] === undefined)) return failWith(value)
      if (!hasStarted) {
        const [id, model] = [textIn(value['id']), textIn(value['model'])]
        identity = JSON.stringify([id, value['created']])
        // Azure’s first chunk only tells of its filters.
        if (id !== '' || model !== '') {
          hasStarted = true
          emit({ type: 'start', responseId: id || null, model: model || null })
        }
      }
      const choices = value['choices']
      const choice = Array.isArray(choices) ? choices.find((one): one is Fields => isFields(one) && (one['index'] ?? 0) === 0) : undefined
      const told = readUsage(value['usage']) ?? readUsage(isFields(value['x_groq']) ? value['x_groq']['usage'] : null) ?? readUsage(choice?.['usage'])
      if (told) {
        said |= OTHER
        usage = told
      }
      if (choice) takeChoice(choice)
    },
    more: (of, text) => (of === 'arguments' ? calls.more(text) : say(of, text)),
    done: complete,
    end: () => {
      if (over) return
      if (finish !== null) return complete()
      fail(502, 'cut', 'The server broke off in the middle of its answer')
    },
    fail,
    isOver: () => over,
    saidOnly: () => (said === TEXT ? 'text' : said === REASONING ? 'reasoning' : said === ARGUMENTS ? 'arguments' : null),
    take: () => {
      const out = events
      events = []
      last = null
      return out
    },
  }

  function failWith(value: Fields): void {
    const failure = readStreamError(value)
    fail(failure.status, failure.code, failure.message)
  }
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

const spoken = (type: 'text' | 'reasoning' | 'refusal', text: string): TurnEvent => (type === 'reasoning' ? { type, text, form: 'full' } : { type, text })

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'end', eos: 'end', end_turn: 'end', stop_sequence: 'stop-sequence', tool_calls: 'tool-calls', function_call: 'tool-calls', tool_use: 'tool-calls',
  length: 'length', max_tokens: 'length', model_length: 'context-full', model_context_window_exceeded: 'context-full', content_filter: 'refused', safety: 'refused', refusal: 'refused',
}
/** An answer that ended for one of these may have ended inside a call. */
const CUTS: ReadonlySet<FinishReason> = new Set(['length', 'context-full', 'refused'])
/** Finish reasons that are none: OpenRouter’s, SGLang’s and DeepSeek’s words for a failure. */
const BROKEN = new Set(['error', 'abort', 'insufficient_system_resource'])
