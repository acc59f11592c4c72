/** A turn as a Chat Completions request for an upstream: OpenAI’s own, or one of the many servers that speak some of it. Pure. */
import { createHash } from 'node:crypto'
import { CannotTranslate, type Note, type RequestWriterOptions } from '../codec.ts'
import { extrasNotes } from '../shared/left-out.ts'
import type { Turn, TurnTool } from '../turn.ts'
import { effortFor, isOpenAiModel, isOpenAiReasoningModel, takesEffort, takesThinking } from './model-names.ts'
import { plainTools } from './plain-tools.ts'
import { writeMessages } from './write-messages.ts'

/** Between a CodeGrex caller and the gateway; strict servers refuse it. */
const OWN_EXTRAS = new Set(['mode'])

/**
 * Sent sparingly, because many servers refuse a field they do not know: only what the turn says. The limit of the answer is `max_tokens`, which all but OpenAI’s
 * reasoning models take; those are known by name and get `max_completion_tokens`. @throws CannotTranslate
 */
export function writeRequest(turn: Turn, options: RequestWriterOptions): { body: Record<string, unknown>; notes: readonly Note[] } {
  const isSameWire = turn.extras.wire === 'chat-completions'
  const notes = new Set<Note>(extrasNotes(turn, 'chat-completions'))
  const { model, names } = options
  const extras = isSameWire ? Object.fromEntries(Object.entries(turn.extras.fields).filter(([field]) => !OWN_EXTRAS.has(field))) : {}
  const body: Record<string, unknown> = {
    model,
    messages: writeMessages(turn.messages, { isSameWire, notes, names, model }),
    ...extras,
    ...writeTools(turn, options, isSameWire, notes),
    ...(turn.maxTokens === null ? {} : { [isOpenAiReasoningModel(model) ? 'max_completion_tokens' : 'max_tokens']: turn.maxTokens }),
    ...(turn.temperature === null ? {} : { temperature: turn.temperature }),
    ...(turn.topP === null ? {} : { top_p: turn.topP }),
    ...(turn.topK === null ? {} : isSameWire ? { top_k: turn.topK } : noted(notes, 'top_k-left-out')),
    ...(turn.stop.length === 0 ? {} : { stop: turn.stop }),
    ...writeReasoning(turn, model, isSameWire, notes),
    ...writeFormat(turn.format, isSameWire),
    ...writeOpenAiFields(turn, model, isSameWire, notes),
    ...(turn.user === null ? {} : { user: isSameWire ? turn.user : shortUser(turn.user) }),
    ...(options.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
  if (!Array.isArray(body['messages']) || body['messages'].length === 0) throw new CannotTranslate('There is no message to answer', 'messages')
  return { body, notes: [...notes] }
}

function noted(notes: Set<Note>, note: Note): Record<string, never> {
  notes.add(note)
  return {}
}

function writeTools(turn: Turn, options: RequestWriterOptions, isSameWire: boolean, notes: Set<Note>): Record<string, unknown> {
  const { names } = options
  let tools: unknown[]
  if (isSameWire) tools = turn.tools.map((tool) => nativeTool(tool, options))
  else {
    const plain = plainTools(turn, names)
    for (const note of plain.notes) notes.add(note)
    // False is this wire’s default, and not every server knows the field.
    tools = plain.tools.map((tool) => ({ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema, ...(tool.strict === true ? { strict: true } : {}) } }))
  }
  if (tools.length === 0) return {}
  const { toolChoice } = turn
  const chosen = toolChoice.kind === 'tool' ? turn.tools.find((tool) => tool.kind !== 'hosted' && tool.name === toolChoice.name) : undefined
  const choice = toolChoice.kind !== 'tool'
    ? toolChoice.kind
    : isSameWire && chosen?.kind === 'custom'
      ? { type: 'custom', custom: { name: toolChoice.name } }
      : { type: 'function', function: { name: names.flat(toolChoice.name, toolChoice.namespace) } }
  return {
    tools,
    ...(choice === 'auto' ? {} : { tool_choice: choice }),
    ...(turn.parallelTools === false ? { parallel_tool_calls: false } : {}),
  }
}

function nativeTool(tool: TurnTool, options: RequestWriterOptions): Record<string, unknown> {
  switch (tool.kind) {
    case 'hosted': return { ...tool.value }
    case 'custom': {
      const format = tool.format?.['type'] === 'grammar' ? { type: 'grammar', grammar: { syntax: tool.format['syntax'], definition: tool.format['definition'] } } : tool.format
      return { type: 'custom', custom: { name: options.names.flat(tool.name, tool.namespace), ...(tool.description === '' ? {} : { description: tool.description }), ...(format ? { format } : {}) } }
    }
    case 'function': case 'tool-search': return {
      type: 'function',
      function: {
        name: options.names.flat(tool.name, tool.kind === 'function' ? tool.namespace : null), ...(tool.description === '' ? {} : { description: tool.description }), parameters: tool.inputSchema,
        ...(tool.kind === 'function' && tool.strict !== null ? { strict: tool.strict } : {}),
      },
      ...(tool.kind === 'function' && tool.cache ? { cache_control: { type: 'ephemeral', ...(tool.cache.ttl === null ? {} : { ttl: tool.cache.ttl }) } } : {}),
    }
  }
}

/** Effort is a word on this wire; a budget of tokens is told to servers that took it from this wire, and becomes the nearest word elsewhere. */
function writeReasoning(turn: Turn, model: string, isSameWire: boolean, notes: Set<Note>): Record<string, unknown> {
  const { effort, budgetTokens, mode } = turn.reasoning
  // Legacy completions ask for no thinking by themselves; the word for it is only known to some.
  if (isSameWire && mode === 'off' && effort === null && budgetTokens === null && !takesThinking(model)) return noted(notes, 'reasoning-off-left-out')
  if (isSameWire) {
    const thinking = budgetTokens !== null ? { thinking: { type: 'enabled', budget_tokens: budgetTokens } } : mode !== null && effort === null ? { thinking: { type: mode === 'off' ? 'disabled' : mode === 'on' ? 'enabled' : mode } } : {}
    return { ...(effort === null ? {} : { reasoning_effort: effort }), ...thinking }
  }
  // No word for it that every server takes; the model’s own default stays.
  if (mode === 'off') return noted(notes, 'reasoning-off-left-out')
  const wanted = effort ?? (budgetTokens === null ? null : budgetTokens < 4096 ? 'low' : budgetTokens < 16_384 ? 'medium' : 'high')
  if (wanted === null) return {}
  if (!takesEffort(model)) return noted(notes, 'reasoning_effort-left-out')
  const known = effortFor(wanted, model)
  if (known !== wanted) notes.add('reasoning_effort-changed')
  return { reasoning_effort: known }
}

function writeFormat(format: Turn['format'], isSameWire: boolean): Record<string, unknown> {
  if (format === null) return {}
  if (format.schema === null) return { response_format: { type: 'json_object' } }
  const { name, schema, strict, description } = format
  const isStrict = strict === true || (strict === false && isSameWire)
  return { response_format: { type: 'json_schema', json_schema: { name, schema, ...(isStrict ? { strict } : {}), ...(description === null ? {} : { description }) } } }
}

/** `verbosity` changes the answer and is noted where it cannot be said; a cache key is only a hint. */
function writeOpenAiFields(turn: Turn, model: string, isSameWire: boolean, notes: Set<Note>): Record<string, unknown> {
  const knows = isSameWire || isOpenAiModel(model)
  if (turn.verbosity !== null && !knows) notes.add('verbosity-left-out')
  return {
    ...(turn.verbosity !== null && knows ? { verbosity: turn.verbosity } : {}),
    ...(turn.cacheKey !== null && knows ? { prompt_cache_key: turn.cacheKey } : {}),
  }
}

/** OpenAI takes up to 64 characters; Claude Code’s id is a longer JSON text. The same person stays the same. */
const shortUser = (user: string): string => (user.length <= 64 ? user : createHash('sha256').update(user).digest('hex'))
