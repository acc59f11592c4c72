/** Tools and the choice among them, as Chat Completions says them, for a turn; the old `functions` too. Pure. */
import { CannotTranslate } from '../codec.ts'
import type { ToolChoice, TurnTool } from '../turn.ts'
import { type Fields, fieldsAt, isFields, listAt, nameAt, optionalBoolean, optionalFields, optionalList, optionalText, textAt, wrong } from './fields.ts'

/** @throws CannotTranslate */
export function readTools(body: Fields): { tools: TurnTool[]; toolChoice: ToolChoice } {
  const tools = [
    ...optionalList(body['tools'], 'tools').map((tool, index) => readTool(tool, `tools[${index}]`)),
    ...optionalList(body['functions'], 'functions').map((tool, index) => readFunctionTool(fieldsAt(tool, `functions[${index}]`), `functions[${index}]`)),
  ]
  return readChoice(body['tool_choice'] ?? body['function_call'] ?? null, tools)
}

function readTool(value: unknown, path: string): TurnTool {
  const tool = fieldsAt(value, path)
  const type = textAt(tool['type'] ?? 'function', `${path}.type`)
  if (type === 'custom') {
    const custom = fieldsAt(tool['custom'], `${path}.custom`)
    return {
      kind: 'custom', namespace: null, name: nameAt(custom['name'], `${path}.custom.name`),
      description: optionalText(custom['description'], `${path}.custom.description`) ?? '', format: readFormat(custom['format'], `${path}.custom.format`),
    }
  }
  if (type !== 'function') return { kind: 'hosted', wire: 'chat-completions', type: type.slice(0, 100), value: tool }
  // Some clients send the flat shape of the Responses wire.
  const isFlat = tool['function'] === undefined && typeof tool['name'] === 'string'
  return readFunctionTool(isFlat ? tool : fieldsAt(tool['function'], `${path}.function`), isFlat ? path : `${path}.function`, isFields(tool['cache_control']) ? tool['cache_control'] : null)
}

function readFunctionTool(tool: Fields, path: string, cache: Fields | null = null): TurnTool {
  return {
    kind: 'function', namespace: null, deferred: false, name: nameAt(tool['name'], `${path}.name`),
    description: optionalText(tool['description'], `${path}.description`) ?? '',
    inputSchema: optionalFields(tool['parameters'], `${path}.parameters`) ?? { type: 'object', properties: {} },
    strict: optionalBoolean(tool['strict'], `${path}.strict`),
    ...(cache ? { cache: { ttl: typeof cache['ttl'] === 'string' ? cache['ttl'] : null } } : {}),
  }
}

/** This wire keeps a grammar one level deeper than Responses, whose shape a turn has. */
function readFormat(value: unknown, path: string): Fields | null {
  const format = optionalFields(value, path)
  if (format?.['type'] !== 'grammar') return format
  return isFields(format['grammar']) ? { type: 'grammar', ...format['grammar'] } : format
}

/** `allowed_tools` says the same as sending only those. */
function readChoice(value: unknown, tools: TurnTool[]): { tools: TurnTool[]; toolChoice: ToolChoice } {
  const path = 'tool_choice'
  if (value === null || value === 'auto') return { tools, toolChoice: { kind: 'auto' } }
  if (value === 'none') return { tools, toolChoice: { kind: 'none' } }
  if (value === 'required' || value === 'any') return { tools, toolChoice: { kind: 'required' } }
  if (!isFields(value)) throw wrong(path, 'auto, none, required or an object that names a tool')
  if (value['type'] === 'allowed_tools') {
    const allowed = isFields(value['allowed_tools']) ? value['allowed_tools'] : value
    const names = new Set(listAt(allowed['tools'], `${path}.allowed_tools.tools`).map((tool, index) => namedIn(tool, `${path}.allowed_tools.tools[${index}]`)))
    return { tools: tools.filter((tool) => names.has(tool.kind === 'hosted' ? tool.type : tool.name)), toolChoice: { kind: allowed['mode'] === 'required' ? 'required' : 'auto' } }
  }
  const name = namedIn(value, path)
  if (!tools.some((tool) => tool.kind !== 'hosted' && tool.name === name)) throw new CannotTranslate(`“${path}” names the tool “${name}”, which is not among “tools”`, path)
  return { tools, toolChoice: { kind: 'tool', name, namespace: null } }
}

/** `{type: "function", function: {name}}`, `{type: "custom", custom: {name}}`, or the old `{name}`; a hosted tool is named by its type. */
function namedIn(value: unknown, path: string): string {
  const tool = fieldsAt(value, path)
  const inner = isFields(tool['function']) ? tool['function'] : isFields(tool['custom']) ? tool['custom'] : tool
  if (inner === tool && tool['name'] === undefined && tool['type'] !== undefined && tool['type'] !== 'function') return nameAt(tool['type'], `${path}.type`)
  return nameAt(inner['name'], `${path}.name`)
}
