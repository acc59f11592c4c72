/** A turn's tools and tool choice as this wire lists them: natively with namespaces, or flat for upstreams that know only functions. Pure. */
import type { Note } from '../codec.ts'
import type { ToolNames } from '../tool-names.ts'
import { describeFreeText, FREE_TEXT_SCHEMA } from '../shared/free-text-tools.ts'
import { noteWord } from '../shared/left-out.ts'
import { isOffered, referencedTools, referenceName } from '../shared/offered-tools.ts'
import type { FunctionTool, Turn, TurnTool } from '../turn.ts'
import { TOOL_SEARCH } from './read-tools.ts'

/**
 * What the target understands.
 * `native`: the caller's own wire with the caller's own names (OpenAI behind Codex): namespaces, custom tools, client-run search.
 * `custom`: OpenAI behind another wire's caller: flat names, custom tools.
 * `plain`: a Responses look-alike behind a Responses caller whose names were made flat: functions only.
 */
export interface Dialect {
  kind: 'native' | 'custom' | 'plain'
  names: ToolNames
}

type Written = Record<string, unknown>
type Listed = Exclude<TurnTool, { kind: 'hosted' }>

const schemaOf = (schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => (Object.keys(schema).length === 0 ? { type: 'object', properties: {} } : schema)

function writeFunction(tool: FunctionTool, name: string, isNative: boolean, isSearched: boolean): Written {
  const written: Written = { type: 'function', name, description: tool.description, parameters: schemaOf(tool.inputSchema) }
  // The wire's own default is strict, which rejects most schemas that were not written for it: tools from elsewhere say that they are not.
  if (!isNative) written.strict = tool.strict ?? false
  else if (tool.strict !== null) written.strict = tool.strict
  if (isNative && (tool.deferred || isSearched)) written.defer_loading = true
  return written
}

function writeTool(tool: Listed, dialect: Dialect, isSearched = false): Written {
  const isNative = dialect.kind === 'native'
  const name = isNative ? tool.name : dialect.names.flat(tool.name, tool.kind === 'tool-search' ? null : tool.namespace)
  switch (tool.kind) {
    case 'function': return writeFunction(tool, name, isNative, isSearched)
    case 'custom':
      if (dialect.kind === 'plain') return { type: 'function', name, description: describeFreeText(tool), parameters: FREE_TEXT_SCHEMA, strict: false }
      return { type: 'custom', name, description: tool.description, ...(tool.format ? { format: tool.format } : {}) }
    case 'tool-search':
      if (isNative) return { type: TOOL_SEARCH, execution: 'client', description: tool.description, parameters: schemaOf(tool.inputSchema) }
      return { type: 'function', name, description: tool.description, parameters: schemaOf(tool.inputSchema), strict: false }
  }
}

/** Natively, tools of one namespace stand in one `namespace` entry, where the first of them stood. */
function writeGrouped(tools: readonly TurnTool[], dialect: Dialect, isSearched = false): Written[] {
  const list: Written[] = []
  const groups = new Map<string, Written[]>()
  for (const tool of tools) {
    if (tool.kind === 'hosted') list.push({ ...tool.value })
    else {
      const written = writeTool(tool, dialect, isSearched)
      const namespace = tool.kind === 'tool-search' || dialect.kind !== 'native' ? null : tool.namespace
      if (namespace === null) list.push(written)
      else {
        const group = groups.get(namespace)
        if (group) group.push(written)
        else {
          const members = [written]
          groups.set(namespace, members)
          list.push({ type: 'namespace', name: namespace, description: tool.kind === 'tool-search' ? '' : (tool.home?.namespaceDescription ?? ''), tools: members })
        }
      }
    }
  }
  return list
}

const listedIn = (tool: TurnTool): 'tools' | 'additional' | 'searched' => (tool.kind === 'function' || tool.kind === 'custom' ? (tool.home?.listed ?? 'tools') : 'tools')

/** The `tools` field. Other wires' hosted tools, and deferred tools that nothing named yet, are left out with a note. */
export function writeTools(turn: Turn, dialect: Dialect, notes: Set<Note>): Written[] {
  if (dialect.kind === 'native') return writeGrouped(turn.tools.filter((tool) => listedIn(tool) === 'tools'), dialect)
  const named = referencedTools(turn)
  const offered = turn.tools.filter((tool) => {
    if (tool.kind === 'hosted' && (tool.wire !== 'responses' || dialect.kind === 'plain')) {
      notes.add(`${noteWord(tool.type)}-not-available`)
      return false
    }
    return tool.kind !== 'function' || isOffered(tool, named)
  })
  return writeGrouped(offered, dialect)
}

/** The tools of the leading `additional_tools` item; none outside the native dialect, where they stand in `tools`. */
export const writeAdditionalTools = (turn: Turn, dialect: Dialect): Written[] =>
  dialect.kind === 'native' ? writeGrouped(turn.tools.filter((tool) => listedIn(tool) === 'additional'), dialect) : []

/** The `tools` of a native `tool_search_output` that found `names`. */
export function writeFoundTools(turn: Turn, names: ReadonlySet<string>, dialect: Dialect): Written[] {
  return writeGrouped(turn.tools.filter((tool) => tool.kind !== 'hosted' && listedIn(tool) === 'searched' && names.has(referenceName(tool))), dialect, true)
}

/** `tool_choice`. Null when there is nothing to choose from. */
export function writeChoice(turn: Turn, dialect: Dialect): unknown {
  const own = turn.extras.wire === 'responses' ? turn.extras.fields.tool_choice : undefined
  if (own !== undefined && dialect.kind === 'native') return own
  const choice = turn.toolChoice
  if (choice.kind !== 'tool') return choice.kind
  const tool = turn.tools.find((one) => one.kind !== 'hosted' && one.name === choice.name && (one.kind === 'tool-search' || one.namespace === choice.namespace))
  const type = tool?.kind === 'custom' && dialect.kind !== 'plain' ? 'custom' : 'function'
  if (dialect.kind !== 'native') return { type, name: dialect.names.flat(choice.name, choice.namespace) }
  return { type, name: choice.name, ...(choice.namespace === null ? {} : { namespace: choice.namespace }) }
}
