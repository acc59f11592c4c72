/** A turn as a Responses request, with notes on what this wire cannot say. Pure. */
import { createHash } from 'node:crypto'
import { CannotTranslate, type Note, type RequestWriterOptions } from '../codec.ts'
import { extrasNotes, isBillingLine } from '../shared/left-out.ts'
import { SAME_NAMES } from '../tool-names.ts'
import type { Turn, TurnMessage } from '../turn.ts'
import { isJson } from './fields.ts'
import { writeInput } from './write-input.ts'
import { writeChoice, writeTools, type Dialect } from './write-tools.ts'

type Body = Record<string, unknown>

/** The gateway answers these itself (stored answers), so no upstream hears of them. */
const OURS = new Set(['previous_response_id', 'conversation', 'store', 'background', 'stream_options', 'tool_choice', 'reasoning', 'include', 'generate'])

/** What the wire takes at least for `max_output_tokens`, and at most for an end user's id (OpenAI API reference, Responses). */
const LEAST_OUTPUT = 16
const LONGEST_USER = 64

/** OpenAI's reasoning models refuse `temperature` and `top_p`; callers of other wires send them out of habit. */
const REASONS = /(^|\/)(o[1-9]|gpt-[5-9])/i

/** @throws CannotTranslate */
export function writeRequest(turn: Turn, options: RequestWriterOptions): { body: Body; notes: readonly Note[] } {
  const notes = new Set<Note>()
  const isOwn = turn.extras.wire === 'responses'
  const dialect: Dialect = { kind: !isOwn ? 'custom' : options.names === SAME_NAMES ? 'native' : 'plain', names: options.names }
  const { instructions, rest } = splitInstructions(turn.messages, dialect)
  const body: Body = { model: options.model }
  if (instructions !== null) body.instructions = instructions
  const input = writeInput(rest, { turn, dialect, notes })
  if (!isOwn && input.length === 0) throw new CannotTranslate('There is no message to answer', 'messages')
  body.input = input
  writeToolFields(body, turn, dialect, notes)
  writeSampling(body, turn, isOwn, options.model, notes)
  writeText(body, turn)
  writeReasoning(body, turn, isOwn, notes)
  if (turn.cacheKey !== null) body.prompt_cache_key = turn.cacheKey
  if (turn.user !== null) body.safety_identifier = turn.user.length <= LONGEST_USER ? turn.user : createHash('sha256').update(turn.user).digest('hex')
  if (isOwn) {
    for (const [name, value] of Object.entries(turn.extras.fields)) if (!OURS.has(name) && !Object.hasOwn(body, name) && (name !== 'client_metadata' || dialect.kind === 'native')) body[name] = value
  }
  for (const note of extrasNotes(turn, 'responses')) notes.add(note)
  body.stream = options.stream
  // The gateway stores answers itself; an upstream keeps nothing of its callers.
  body.store = false
  return { body, notes: [...notes] }
}

/** The first system message becomes `instructions`, which every server of this wire knows (natively only what came as such); an input must be left for the model to answer. */
function splitInstructions(messages: readonly TurnMessage[], dialect: Dialect): { instructions: string | null; rest: readonly TurnMessage[] } {
  const [first] = messages
  const isItem = first?.role !== 'system' || (dialect.kind === 'native' && first.from !== 'instructions')
  if (isItem || messages.length === 1 || first.parts.some((part) => part.type !== 'text')) return { instructions: null, rest: messages }
  const text = first.parts.flatMap((part) => (part.type === 'text' && !(dialect.kind === 'custom' && isBillingLine(part.text)) ? [part.text] : [])).join('\n\n')
  return { instructions: text === '' ? null : text, rest: messages.slice(1) }
}

function writeToolFields(body: Body, turn: Turn, dialect: Dialect, notes: Set<Note>): void {
  const tools = writeTools(turn, dialect, notes)
  if (tools.length > 0) body.tools = tools
  // Natively the tools may all stand in items (`additional_tools`).
  if (tools.length === 0 && (dialect.kind !== 'native' || turn.tools.length === 0)) return
  body.tool_choice = writeChoice(turn, dialect)
  if (turn.parallelTools !== null) body.parallel_tool_calls = turn.parallelTools
}

function writeSampling(body: Body, turn: Turn, isOwn: boolean, model: string, notes: Set<Note>): void {
  if (turn.maxTokens !== null) {
    body.max_output_tokens = isOwn ? turn.maxTokens : Math.max(LEAST_OUTPUT, turn.maxTokens)
    if (!isOwn && turn.maxTokens < LEAST_OUTPUT) notes.add('max_tokens-raised')
  }
  for (const [name, value] of [['temperature', turn.temperature], ['top_p', turn.topP]] as const) {
    if (value === null) continue
    if (!isOwn && REASONS.test(model)) notes.add(`${name}-left-out`)
    else body[name] = value
  }
  if (turn.topK !== null) notes.add('top_k-left-out')
  if (turn.stop.length > 0) notes.add('stop-left-out')
}

function writeText(body: Body, turn: Turn): void {
  const text: Body = {}
  const { format } = turn
  if (format && format.schema === null) text.format = { type: 'json_object' }
  else if (format) {
    text.format = {
      type: 'json_schema', name: format.name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'answer', schema: format.schema,
      ...(format.strict === null ? {} : { strict: format.strict }), ...(format.description === null ? {} : { description: format.description }),
    }
  }
  if (turn.verbosity !== null) text.verbosity = turn.verbosity
  if (Object.keys(text).length > 0) body.text = text
}

/** A wish for reasoning also asks for the encrypted state, without which a stateless caller's next turn would lose it. */
function writeReasoning(body: Body, turn: Turn, isOwn: boolean, notes: Set<Note>): void {
  const own = isOwn ? turn.extras.fields : {}
  const reasoning: Body = isJson(own.reasoning) ? { ...own.reasoning } : {}
  const effort = isOwn ? turn.reasoning.effort : effortOf(turn, notes)
  if (effort !== null) reasoning.effort = effort
  // Messages callers that turn thinking on show it; a summary is all that this wire gives.
  const summary = turn.reasoning.summary ?? (!isOwn && (turn.reasoning.mode === 'on' || turn.reasoning.mode === 'adaptive') ? 'auto' : null)
  if (summary !== null) reasoning.summary = summary
  if (Object.keys(reasoning).length > 0) body.reasoning = reasoning
  const asked = isOwn && Array.isArray(own.include) ? own.include : []
  const include = new Set<unknown>(asked)
  if (Object.keys(reasoning).length > 0 && reasoning.effort !== 'none') include.add('reasoning.encrypted_content')
  if (include.size > 0) body.include = [...include]
}

function effortOf(turn: Turn, notes: Set<Note>): string | null {
  const { effort, budgetTokens, mode } = turn.reasoning
  if (mode === 'off') {
    // “none” is refused by models that always think, and any effort by models that never do: the model's own default is what both take.
    notes.add('reasoning-off-left-out')
    return null
  }
  if (effort === 'max') {
    notes.add('effort-lowered')
    return 'xhigh'
  }
  if (effort !== null) return effort
  if (budgetTokens === null) return null
  // Rough thirds of what clients ask for; the wire has words only.
  return budgetTokens < 4096 ? 'low' : budgetTokens < 16_384 ? 'medium' : 'high'
}
