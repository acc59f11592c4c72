/** The tools of a Responses request and its `tool_choice`: functions, custom tools, both in namespaces, Codex's client-run `tool_search`, and hosted ones. Pure. */
import type { ToolChoice, ToolHome, TurnTool } from '../turn.ts'
import { isJson, listAt, maybeFlag, maybeObject, maybeText, objectAt, textAt, wrong, type Json } from './fields.ts'

/** The one name that Codex's `tool_search` has for the model. */
export const TOOL_SEARCH = 'tool_search'

interface Place {
  namespace: string | null
  listed: ToolHome['listed']
  namespaceDescription: string | null
}

/** @param listed Where the list stands. A tool that the client's search found is offered from then on, whatever its own `defer_loading` says. */
export function readTools(value: unknown, path: string, listed: ToolHome['listed']): TurnTool[] {
  if (value === undefined || value === null) return []
  return listAt(value, path).flatMap((tool, index) => readTool(tool, `${path}[${index}]`, { namespace: null, listed, namespaceDescription: null }))
}

function readTool(value: unknown, path: string, place: Place): TurnTool[] {
  const tool = objectAt(value, path)
  const type = textAt(tool.type, `${path}.type`)
  switch (type) {
    case 'function': return [readFunction(tool, path, place)]
    case 'custom': return [{
      kind: 'custom', name: textAt(tool.name, `${path}.name`), namespace: place.namespace,
      description: maybeText(tool.description, `${path}.description`) ?? '', format: maybeObject(tool.format, `${path}.format`), ...homeOf(place),
    }]
    case 'namespace': {
      const name = textAt(tool.name, `${path}.name`)
      const inside = { namespace: name, listed: place.listed, namespaceDescription: maybeText(tool.description, `${path}.description`) }
      return listAt(tool.tools, `${path}.tools`).flatMap((one, index) => readTool(one, `${path}.tools[${index}]`, inside))
    }
    case TOOL_SEARCH:
      if (tool.execution !== 'client') break
      return [{
        kind: 'tool-search', name: TOOL_SEARCH, description: maybeText(tool.description, `${path}.description`) ?? '',
        inputSchema: maybeObject(tool.parameters, `${path}.parameters`) ?? {},
      }]
  }
  return [{ kind: 'hosted', wire: 'responses', type, value: tool }]
}

function readFunction(tool: Json, path: string, place: Place): TurnTool {
  // Chat's nested form is taken too; some clients mix the two wires.
  const body = isJson(tool.function) ? tool.function : tool
  return {
    kind: 'function', name: textAt(body.name, `${path}.name`), namespace: place.namespace, description: maybeText(body.description, `${path}.description`) ?? '',
    inputSchema: maybeObject(body.parameters, `${path}.parameters`) ?? {}, strict: maybeFlag(body.strict, `${path}.strict`),
    deferred: place.listed === 'tools' && maybeFlag(tool.defer_loading, `${path}.defer_loading`) === true, ...homeOf(place),
  }
}

const homeOf = (place: Place): { home?: ToolHome } =>
  place.listed === 'tools' && place.namespaceDescription === null ? {} : { home: { listed: place.listed, namespaceDescription: place.namespaceDescription } }

const keyOf = (tool: TurnTool): string => JSON.stringify(tool.kind === 'hosted' ? [tool.type, tool.value] : tool.kind === 'tool-search' ? [null, tool.name] : [tool.namespace, tool.name])

/** One list without doubles. A later definition of the same tool takes the earlier one's place: what a search found is newer than what was deferred. */
export function joinTools(tools: readonly TurnTool[]): TurnTool[] {
  const byKey = new Map<string, TurnTool>()
  for (const tool of tools) byKey.set(keyOf(tool), tool)
  return [...byKey.values()]
}

export interface ReadChoice {
  choice: ToolChoice
  /** Names that may be called when the request allows only some of its tools. */
  allowed: ReadonlySet<string> | null
  /** A choice that only this wire knows (a hosted tool), as it came. */
  own: Json | null
}

export const choiceName = (namespace: string | null, name: string): string => JSON.stringify([namespace, name])

export function readChoice(value: unknown, path: string): ReadChoice {
  const plain = (choice: ToolChoice): ReadChoice => ({ choice, allowed: null, own: null })
  if (value === undefined || value === null || value === 'auto') return plain({ kind: 'auto' })
  if (value === 'none' || value === 'required') return plain({ kind: value })
  if (!isJson(value)) throw wrong(path, '“auto”, “none”, “required” or an object', value)
  const type = textAt(value.type, `${path}.type`)
  if (type === 'function' || type === 'custom') {
    const body = isJson(value.function) ? value.function : value
    return plain({ kind: 'tool', name: textAt(body.name, `${path}.name`), namespace: maybeText(value.namespace, `${path}.namespace`) })
  }
  if (type === 'allowed_tools') {
    const tools = listAt(value.tools, `${path}.tools`).map((tool, index) => objectAt(tool, `${path}.tools[${index}]`))
    const allowed = new Set(tools.map((tool) => (typeof tool.name === 'string' ? choiceName(typeof tool.namespace === 'string' ? tool.namespace : null, tool.name) : JSON.stringify(tool.type ?? null))))
    return { choice: { kind: value.mode === 'required' ? 'required' : 'auto' }, allowed, own: null }
  }
  return { choice: { kind: 'auto' }, allowed: null, own: value }
}

/** Whether a tool may be called under `allowed_tools`. */
export function isAllowed(tool: TurnTool, allowed: ReadonlySet<string>): boolean {
  if (tool.kind === 'hosted') return allowed.has(JSON.stringify(tool.type))
  if (tool.kind === 'tool-search') return allowed.has(JSON.stringify(TOOL_SEARCH))
  return allowed.has(choiceName(tool.namespace, tool.name))
}
