/** The tools of a Messages request and how they may be used. Pure. Tools with a `type` of Anthropic's own are run by its side or shaped by its models: hosted. */
import type { ToolChoice, TurnTool } from '../turn.ts'
import { arrayAt, isRecord, optionalBoolean, optionalRecord, optionalString, recordAt, refuse, stringAt, type Json } from './fields.ts'
import { cacheOf } from './read-blocks.ts'

const FUNCTION_FIELDS = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control', 'defer_loading'])

export function readTools(value: unknown): TurnTool[] {
  if (value === undefined || value === null) return []
  return arrayAt(value, 'tools').map((tool, index) => readTool(recordAt(tool, `tools.${String(index)}`), `tools.${String(index)}.`))
}

function readTool(tool: Json, path: string): TurnTool {
  const type = optionalString(tool, 'type', path)
  if (type !== null && type !== 'custom') return { kind: 'hosted', wire: 'messages', type, value: tool }
  const isDeferred = optionalBoolean(tool, 'defer_loading', path) ?? false
  const inputSchema = optionalRecord(tool, 'input_schema', path)
  // Claude Code's placeholder for tools that come later says nothing else about itself.
  if (inputSchema === null && !isDeferred) return refuse(`${path}input_schema`, 'Field required.')
  return {
    kind: 'function', name: stringAt(tool, 'name', path), namespace: null, description: optionalString(tool, 'description', path) ?? '',
    inputSchema: inputSchema ?? { type: 'object', properties: {} }, strict: optionalBoolean(tool, 'strict', path), deferred: isDeferred, ...cacheOf(tool, path),
    ...(Object.keys(tool).some((key) => !FUNCTION_FIELDS.has(key) && tool[key] !== null) ? { native: { wire: 'messages' as const, value: tool } } : {}),
  }
}

/** Tools that system messages define as they go: offered elsewhere, and written back where they were said. */
export function addedTools(messages: readonly unknown[]): TurnTool[] {
  return messages.flatMap((message, at) => {
    const content = isRecord(message) && message['role'] === 'system' && Array.isArray(message['content']) ? message['content'] : []
    return content.flatMap((block: unknown, index): TurnTool[] => {
      const tool = isRecord(block) && block['type'] === 'tool_addition' && isRecord(block['tool']) ? block['tool'] : {}
      if (!isRecord(tool['definition'])) return []
      const read = readTool(tool['definition'], `messages.${String(at)}.content.${String(index)}.tool.definition.`)
      return read.kind === 'function' ? [{ ...read, deferred: true, native: { wire: 'messages', value: null } }] : []
    })
  })
}

export function readToolChoice(value: unknown): { choice: ToolChoice; parallel: boolean | null } {
  if (value === undefined || value === null) return { choice: { kind: 'auto' }, parallel: null }
  const said = isRecord(value) ? value : refuse('tool_choice', 'Input should be an object.')
  const isOneOnly = optionalBoolean(said, 'disable_parallel_tool_use', 'tool_choice.')
  const parallel = isOneOnly === null ? null : !isOneOnly
  const type = stringAt(said, 'type', 'tool_choice.')
  switch (type) {
    case 'auto': return { choice: { kind: 'auto' }, parallel }
    case 'any': return { choice: { kind: 'required' }, parallel }
    case 'none': return { choice: { kind: 'none' }, parallel }
    case 'tool': return { choice: { kind: 'tool', name: stringAt(said, 'name', 'tool_choice.'), namespace: null }, parallel }
    default: return refuse('tool_choice.type', 'Input should be “auto”, “any”, “tool” or “none”.')
  }
}
