/** Ollama’s answer, one JSON object per line or a single one, as a turn’s events. Pure but for the ids of calls, which Ollama has none of. */
import { type Fields, isFields } from '../chat/fields.ts'
import type { AnswerReader } from '../codec.ts'
import { unwrapFreeText } from '../shared/free-text-tools.ts'
import type { ToolNames } from '../tool-names.ts'
import type { FinishReason, TurnEvent, TurnFailure } from '../turn.ts'

export function createAnswerReader(names: ToolNames, newId: () => string): AnswerReader {
  const objects = createObjects(names, newId)
  let held = ''
  const onLine = (line: string): void => {
    if (line.trim() === '' || objects.isOver()) return
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      return objects.fail({ status: 502, code: 'unreadable', message: 'The server sent a stream that cannot be read' })
    }
    if (isFields(value)) objects.take(value)
  }
  return {
    push: (text) => {
      let at = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
        const line = held + text.slice(at, end)
        held = ''
        onLine(line)
        at = end + 1
      }
      held += text.slice(at)
      return objects.events()
    },
    end: () => {
      // An answer that broke off inside a line is cut, not unreadable.
      if (isWhole(held)) onLine(held)
      held = ''
      objects.fail({ status: 502, code: 'cut', message: 'The server broke off in the middle of its answer' })
      return objects.events()
    },
  }
}

export function readAnswer(body: unknown, names: ToolNames, newId: () => string): TurnEvent[] {
  const objects = createObjects(names, newId)
  if (isFields(body)) objects.take(body)
  objects.fail({ status: 502, code: 'unreadable', message: 'The server sent an answer that cannot be read' })
  return objects.events()
}

/** `{"error": "…"}`. A prompt that is too long gets the word that all wires know it by. */
export function readError(status: number, body: unknown): TurnFailure {
  const said = isFields(body) ? body['error'] : body
  const message = typeof said === 'string' && said.trim() !== '' && !said.trim().startsWith('<') ? said.trim().slice(0, 2000) : `The server answered with status ${status}`
  return { status, code: codeOf(message), message }
}

function codeOf(message: string): string | null {
  if (/context (?:length|window|size)|prompt (?:is )?too long/i.test(message)) return 'context_length_exceeded'
  return /not found, try pulling|model .* not found/i.test(message) ? 'model_not_found' : null
}

const DONE: Readonly<Record<string, FinishReason>> = { stop: 'end', length: 'length' }

function createObjects(names: ToolNames, newId: () => string) {
  let events: TurnEvent[] = []
  let isOver = false
  let hasStarted = false
  let hasCalls = false

  const say = (type: 'text' | 'reasoning', text: unknown): void => {
    if (typeof text !== 'string' || text === '') return
    const last = events.at(-1)
    if (last?.type === type && 'text' in last) last.text += text
    else events.push(type === 'text' ? { type, text } : { type, text, form: 'full' })
  }
  const call = (value: unknown): void => {
    const called = isFields(value) && isFields(value['function']) ? value['function'] : null
    const name = called?.['name']
    if (!isFields(value) || !called || typeof name !== 'string' || name === '') return
    hasCalls = true
    const ref = names.refOf(name)
    const given = called['arguments']
    const text = typeof given === 'string' ? given : JSON.stringify(given ?? {})
    const id = value['id']
    events.push(
      { type: 'tool-start', callId: typeof id === 'string' && id !== '' ? id : newId(), ...ref },
      { type: 'tool-delta', text: ref.kind === 'custom' ? unwrapFreeText(text) : text === '' ? '{}' : text }, { type: 'tool-end' },
    )
  }
  const fail = (failure: TurnFailure): void => {
    if (isOver) return
    isOver = true
    events.push({ type: 'failure', failure })
  }
  const done = (value: Fields): void => {
    const [input, output] = [value['prompt_eval_count'], value['eval_count']]
    if (typeof input === 'number' || typeof output === 'number') {
      events.push({
        type: 'usage',
        usage: { inputTokens: typeof input === 'number' ? input : null, outputTokens: typeof output === 'number' ? output : null, cacheReadTokens: null, cacheWriteTokens: null, reasoningTokens: null },
      })
    }
    const reason = DONE[typeof value['done_reason'] === 'string' ? value['done_reason'] : 'stop'] ?? 'end'
    events.push({ type: 'finish', reason: reason === 'end' && hasCalls ? 'tool-calls' : reason, stopSequence: null })
    isOver = true
  }
  return {
    take: (value: Fields): void => {
      if (isOver) return
      if (value['error'] !== undefined && value['error'] !== null) {
        const failure = readError(502, value)
        return fail({ ...failure, status: failure.code === 'context_length_exceeded' ? 400 : failure.code === 'model_not_found' ? 404 : 502 })
      }
      if (!hasStarted) {
        hasStarted = true
        events.push({ type: 'start', responseId: null, model: typeof value['model'] === 'string' ? value['model'] : null })
      }
      const { message } = value
      if (isFields(message)) {
        say('reasoning', message['thinking'])
        say('text', message['content'])
        if (Array.isArray(message['tool_calls'])) message['tool_calls'].forEach(call)
      }
      if (value['done'] === true) done(value)
    },
    fail,
    isOver: () => isOver,
    events: () => {
      const out = events
      events = []
      return out
    },
  }
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
