/** The tools of a turn, and how they may be used, for a Messages upstream. Pure. */
import { CannotTranslate } from '../codec.ts'
import { describeFreeText, FREE_TEXT_SCHEMA } from '../shared/free-text-tools.ts'
import { isOffered, referencedTools } from '../shared/offered-tools.ts'
import type { Turn, TurnTool } from '../turn.ts'
import type { Json } from './fields.ts'
import { cacheControl, type BlockContext } from './write-blocks.ts'

/** Deferred tools stay deferred for callers of this wire; for others only those that the history named are offered, as if they had never been deferred. */
export function writeTools(turn: Turn, context: BlockContext): Json[] {
  const named = referencedTools(turn)
  return turn.tools.flatMap((tool) => {
    const isHidden = tool.kind === 'function' && !context.isNative && !isOffered(tool, named)
    const written = isHidden ? null : writeTool(tool, context)
    return written === null ? [] : [written]
  })
}

function writeTool(tool: TurnTool, context: BlockContext): Json | null {
  switch (tool.kind) {
    case 'hosted':
      if (tool.wire === 'messages') return tool.value
      context.notes.add(`${tool.type}-not-available`)
      return null
    case 'custom': return { name: context.names.flat(tool.name, tool.namespace), description: describeFreeText(tool), input_schema: FREE_TEXT_SCHEMA }
    case 'tool-search': return { name: context.names.flat(tool.name, null), description: tool.description, input_schema: schemaFor(tool.inputSchema, context) }
    case 'function': {
      const name = context.names.flat(tool.name, tool.namespace)
      if (tool.native?.wire === 'messages' && context.isNative) return tool.native.value === null ? null : { ...tool.native.value, name }
      // Anthropic's strict mode takes fewer schemas than OpenAI's and refuses the rest: a call that is checked less is better than none.
      if (tool.strict === true && !context.isNative) context.notes.add('strict-left-out')
      return {
        name, ...(tool.description === '' ? {} : { description: tool.description }),
        input_schema: context.isNative ? tool.inputSchema : schemaFor(tool.inputSchema, context),
        ...(tool.strict !== null && context.isNative ? { strict: tool.strict } : {}), ...(tool.deferred && context.isNative ? { defer_loading: true } : {}),
        ...cacheControl(tool.cache),
      }
    }
  }
}

/** Arguments are an object here, and its schema may not be a choice between several at the top. */
function schemaFor(schema: Json, context: BlockContext): Json {
  const { anyOf, oneOf, allOf, ...rest } = schema
  if (anyOf !== undefined || oneOf !== undefined || allOf !== undefined) context.notes.add('schema-loosened')
  return rest['type'] === 'object' ? rest : { ...rest, type: 'object' }
}

/** Tools that only the history knows: Anthropic refuses a history with calls when no tool is declared. They may not be called. */
export function toolsOfHistory(turn: Turn, context: BlockContext): Json[] {
  const names = new Set<string>()
  for (const message of turn.messages) for (const part of message.parts) if (part.type === 'tool-call') names.add(context.names.flat(part.name, part.namespace))
  return [...names].map((name) => ({ name, description: 'Was used earlier in this conversation.', input_schema: { type: 'object' } }))
}

/**
 * Undefined = not said. @param tools As written: a choice without tools is refused by the upstream.
 * @throws CannotTranslate when a tool must be used that is not offered.
 */
export function writeToolChoice(turn: Turn, tools: readonly Json[], context: BlockContext): Json | undefined {
  const choice = turn.toolChoice
  if (choice.kind === 'none') return tools.length === 0 ? undefined : { type: 'none' }
  const single = turn.parallelTools === null ? {} : { disable_parallel_tool_use: !turn.parallelTools }
  if (choice.kind === 'auto') return tools.length === 0 || turn.parallelTools === null ? undefined : { type: 'auto', ...single }
  if (choice.kind === 'required') {
    if (tools.length === 0 && !context.isNative) throw new CannotTranslate('tool_choice: A tool must be used, but none is offered that this model can have.', 'tool_choice')
    return { type: 'any', ...single }
  }
  const name = context.names.flat(choice.name, choice.namespace)
  if (!context.isNative && !tools.some((tool) => tool['name'] === name)) {
    throw new CannotTranslate(`tool_choice: The tool “${choice.name.slice(0, 80)}” must be used, but it is not offered to this model.`, 'tool_choice')
  }
  return { type: 'tool', name, ...single }
}
