/**
 * A turn as a request for a Messages upstream. Pure. A turn that came over this wire is written as it was said; one from another wire is fitted to what the
 * model takes (model-traits.ts), and whatever it could not be told is a note.
 */
import type { Note, RequestWriterOptions } from '../codec.ts'
import { extrasNotes } from '../shared/left-out.ts'
import type { Turn } from '../turn.ts'
import { markForCache } from './cache-marks.ts'
import { isRecord, type Json } from './fields.ts'
import { traitsOf, type ModelTraits } from './model-traits.ts'
import { createNotes, type Notes } from './notes.ts'
import { isBlank, type BlockContext } from './write-blocks.ts'
import { callsIn, writeMessages } from './write-messages.ts'
import { writeReasoning, type WrittenReasoning } from './write-reasoning.ts'
import { toolsOfHistory, writeToolChoice, writeTools } from './write-tools.ts'

/**
 * `max_tokens` is required here and optional elsewhere. This is what Claude Code asks of models it does not know: every Claude since 3.7 grants it, it is enough
 * for a long file, and nothing is billed for what is not used.
 */
const DEFAULT_MAX_TOKENS = 32_000

/** @throws CannotTranslate */
export function writeRequest(turn: Turn, options: RequestWriterOptions): { body: Record<string, unknown>; notes: readonly Note[] } {
  const notes = createNotes()
  const context: BlockContext = { isNative: turn.extras.wire === 'messages', names: options.names, notes }
  const body = context.isNative ? writeNative(turn, options, context) : writeForeign(turn, options, context)
  return { body, notes: notes.all() }
}

function writeNative(turn: Turn, options: RequestWriterOptions, context: BlockContext): Record<string, unknown> {
  const { extras, reasoning, format } = turn
  const rest = extras.fields
  const written = writeMessages(turn.messages, context)
  const tools = writeTools(turn, context)
  const thinking = {
    ...(isRecord(rest['thinking']) ? rest['thinking'] : {}), ...modeWord(reasoning.mode), ...given('budget_tokens', reasoning.budgetTokens),
    ...given('display', reasoning.summary === null ? null : 'summarized'),
  }
  const output = {
    ...(isRecord(rest['output_config']) ? rest['output_config'] : {}), ...given('effort', reasoning.effort),
    ...given('format', format === null ? null : { type: 'json_schema', schema: format.schema ?? {} }),
  }
  const metadata = { ...(isRecord(rest['metadata']) ? rest['metadata'] : {}), ...given('user_id', turn.user) }
  return {
    ...rest, ...given('thinking', filled(thinking)), ...given('output_config', filled(output)), ...given('metadata', filled(metadata)), ...common(turn, options, written),
    ...toolFields(turn, tools, context), ...given('temperature', turn.temperature), ...given('top_p', turn.topP), ...given('top_k', turn.topK),
    ...(turn.stop.length === 0 ? {} : { stop_sequences: turn.stop }),
  }
}

function writeForeign(turn: Turn, options: RequestWriterOptions, context: BlockContext): Record<string, unknown> {
  const { notes } = context
  const traits = traitsOf(options.model)
  const written = writeMessages(turn.messages, context)
  const offered = writeTools(turn, context)
  const calls = callsIn(written.messages)
  const isOnlyHistory = offered.length === 0 && calls.any
  const tools = isOnlyHistory ? toolsOfHistory(turn, context) : offered
  const choice: Json | undefined = isOnlyHistory ? { type: 'none' } : writeToolChoice(turn, tools, context)
  const maxTokens = Math.min(turn.maxTokens ?? DEFAULT_MAX_TOKENS, traits.mostTokens)
  if (turn.maxTokens !== null && maxTokens < turn.maxTokens) notes.add('max_tokens-lowered')
  // Anthropic refuses thinking beside a forced tool; and, with a budget, after calls of an answer that did not begin with its own signed thinking.
  const isForced = choice !== undefined && (choice['type'] === 'any' || choice['type'] === 'tool')
  const blocked = isForced ? 'thinking-off-for-tool-choice' : traits.thinking === 'budget' && calls.latestUnthought ? 'thinking-off-in-tool-turn' : null
  const reasoning = writeReasoning(turn, traits, maxTokens, blocked, notes)
  const format = writeFormat(turn, traits, written.system, notes)
  markForCache(tools, written)
  for (const note of extrasNotes(turn, 'messages')) notes.add(note)
  if (turn.verbosity !== null && turn.verbosity !== 'medium') notes.add('verbosity-left-out')
  const output = { ...given('effort', reasoning.effort ?? null), ...given('format', format) }
  return {
    ...common({ ...turn, maxTokens }, options, written), ...(tools.length === 0 ? {} : { tools }), ...given('tool_choice', choice ?? null),
    ...given('thinking', reasoning.thinking ?? null), ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
    ...writeSampling(turn, traits, reasoning, notes), ...writeStops(turn.stop, notes), ...given('metadata', turn.user === null ? null : { user_id: turn.user }),
  }
}

const given = (key: string, value: unknown): Json => (value === null || value === undefined ? {} : { [key]: value })
const filled = (fields: Json): Json | undefined => (Object.keys(fields).length === 0 ? undefined : fields)
const modeWord = (mode: Turn['reasoning']['mode']): Json => (mode === null ? {} : { type: mode === 'on' ? 'enabled' : mode === 'off' ? 'disabled' : 'adaptive' })

function common(turn: Turn, options: RequestWriterOptions, written: ReturnType<typeof writeMessages>): Json {
  return {
    model: options.model, max_tokens: turn.maxTokens ?? DEFAULT_MAX_TOKENS, ...(written.system.length === 0 ? {} : { system: written.system }),
    messages: written.messages, stream: options.stream,
  }
}

function toolFields(turn: Turn, tools: readonly Json[], context: BlockContext): Json {
  return { ...(tools.length === 0 ? {} : { tools }), ...given('tool_choice', writeToolChoice(turn, tools, context) ?? null) }
}

function writeSampling(turn: Turn, traits: ModelTraits, reasoning: WrittenReasoning, notes: Notes): Json {
  const asked = { temperature: turn.temperature, top_p: turn.topP, top_k: turn.topK }
  const fields: Record<string, number> = {}
  for (const [key, value] of Object.entries(asked)) {
    if (value === null) continue
    const isDefault = key !== 'top_k' && value === 1
    const isTaken = traits.sampling === 'one' && key === 'top_p' && turn.temperature !== null
    if (traits.sampling === 'none' || reasoning.isThinking || isTaken) {
      if (!isDefault) notes.add(`${key}-left-out`)
    } else if (key !== 'top_k' && value > 1) {
      notes.add(`${key}-clamped`)
      fields[key] = 1
    } else fields[key] = value
  }
  return fields
}

function writeStops(stop: readonly string[], notes: Notes): Json {
  const usable = stop.filter((text) => !isBlank(text))
  if (usable.length < stop.length) notes.add('stop-left-out')
  return usable.length === 0 ? {} : { stop_sequences: usable }
}

/**
 * A schema the upstream can hold the answer to, or null. Otherwise the model is asked for it in words, at the end of the system prompt: Anthropic takes only
 * schemas whose objects are all closed, and has no “any JSON”.
 */
function writeFormat(turn: Turn, traits: ModelTraits, system: Json[], notes: Notes): Json | null {
  const { format } = turn
  if (format === null) return null
  if (format.schema !== null && traits.hasFormat && isClosed(format.schema)) return { type: 'json_schema', schema: format.schema }
  notes.add('format-as-instruction')
  const wanted = format.schema === null ? 'one JSON value' : `one JSON value of this JSON schema:\n${JSON.stringify(format.schema)}\n`
  system.push({ type: 'text', text: `Answer with ${wanted} and nothing else: no other words, no code fence.`.replace('\n and nothing', '\nand nothing') })
  return null
}

/** Whether every object in the schema says `additionalProperties: false`. */
function isClosed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosed)
  if (!isRecord(schema)) return true
  const isOpen = (schema['type'] === 'object' || isRecord(schema['properties'])) && schema['additionalProperties'] !== false
  return !isOpen && Object.values(schema).every(isClosed)
}
