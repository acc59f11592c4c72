/** Finds the offered tool for a request and fills its arguments by the names its own schema uses. Pure. */
import { createHash } from 'node:crypto'
import { isOffered, referencedTools } from '../../translate/shared/offered-tools.ts'
import type { FunctionTool, ToolKind, Turn, TurnTool } from '../../translate/turn.ts'
import { isCodeTool, patchScript, runScript, useScript } from './code-mode.ts'
import type { ToolRequest } from './instructions.ts'
import { addFilePatch, updateFilePatch } from './patch.ts'

export interface MatchedCall {
  name: string
  namespace: string | null
  kind: ToolKind
  argumentsText: string
}

export type Match =
  | { kind: 'call'; call: MatchedCall }
  /** To be called first, because its result is needed: a search for tools, or a file’s text. `what` is the same for the same need, and fit for an id. */
  | { kind: 'first'; call: MatchedCall; what: string }
  | { kind: 'none' }

/** What a client offers, without what is not to be shown yet. */
export interface Offer {
  tools: readonly (FunctionTool | Extract<TurnTool, { kind: 'custom' }>)[]
  search: MatchedCall | null
}

export function offerOf(turn: Turn): Offer {
  if (turn.toolChoice.kind === 'none') return { tools: [], search: null }
  const named = referencedTools(turn)
  const tools = turn.tools.filter((tool): tool is Offer['tools'][number] => (tool.kind === 'function' ? isOffered(tool, named) : tool.kind === 'custom'))
  const search = turn.tools.find((tool) => tool.kind === 'tool-search')
  if (search) return { tools, search: { name: search.name, namespace: null, kind: 'tool-search', argumentsText: '' } }
  // Claude Code’s own search is a function.
  const own = tools.find((tool) => tool.kind === 'function' && tool.name === 'ToolSearch')
  return { tools, search: own ? { name: own.name, namespace: own.namespace, kind: 'function', argumentsText: '' } : null }
}

/** Names a tool for each verb goes by, best first; ours, then Claude Code's and the MCP file server's. */
const NAMES: Readonly<Record<Exclude<ToolRequest['kind'], 'use'>, readonly string[]>> = {
  list: ['list', 'ls', 'list_directory', 'directory_tree'],
  read: ['read', 'read_text_file', 'read_file'],
  search: ['search', 'grep', 'search_files'],
  write: ['write', 'write_file'],
  edit: ['edit', 'edit_file'],
  run: ['run', 'bash', 'exec_command', 'shell', 'shell_command'],
}

const FIELDS = {
  path: ['path', 'file_path', 'filePath', 'file', 'filename', 'directory', 'folder', 'dir'],
  content: ['content', 'contents', 'text', 'file_text'],
  pattern: ['pattern', 'query', 'regex', 'text'],
  from: ['old_text', 'oldText', 'old_string', 'oldString', 'old', 'find', 'from'],
  to: ['new_text', 'newText', 'new_string', 'newString', 'new', 'replace', 'to'],
  command: ['command', 'cmd'],
} as const

/**
 * @param known results of what was called first, by `what`: the text, or null where it failed or brought nothing.
 */
export function matchTool(request: ToolRequest, offer: Offer, known: ReadonlyMap<string, string | null>): Match {
  if (request.kind === 'use') {
    const tool = findByName(offer.tools, request.tool)
    if (tool) return { kind: 'call', call: callOf(tool, tool.kind === 'custom' ? freeText(request.args) : JSON.stringify(request.args)) }
    const code = offer.tools.find(isCodeTool)
    if (code) return { kind: 'call', call: callOf(code, useScript(request.tool, request.args)) }
    const what = needOf('search', request.tool)
    return offer.search && !known.has(what) ? { kind: 'first', what, call: { ...offer.search, argumentsText: JSON.stringify(searchArguments(request.tool, offer)) } } : { kind: 'none' }
  }
  for (const name of NAMES[request.kind]) {
    const tool = findByName(offer.tools, name)
    if (tool?.kind === 'function') return { kind: 'call', call: callOf(tool, JSON.stringify(argumentsFor(request, tool))) }
  }
  return byPatch(request, offer, known) ?? byShell(request, offer)
}

const needOf = (kind: 'search' | 'text', name: string): string => `${kind}_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`

const callOf = (tool: Offer['tools'][number], argumentsText: string): MatchedCall => ({ name: tool.name, namespace: tool.namespace, kind: tool.kind, argumentsText })

const freeText = (args: Readonly<Record<string, unknown>>): string => (typeof args['input'] === 'string' ? args['input'] : JSON.stringify(args))

function searchArguments(name: string, offer: Offer): Record<string, unknown> {
  const own = offer.tools.find((tool) => tool.name === offer.search?.name)
  return own?.kind === 'function' && propertiesOf(own).includes('max_results') ? { query: name, max_results: 8 } : { query: name, limit: 8 }
}

/** Codex writes files with patches only. */
function byPatch(request: Exclude<ToolRequest, { kind: 'use' }>, offer: Offer, known: ReadonlyMap<string, string | null>): Match | null {
  const tool = request.kind === 'write' || request.kind === 'edit' ? (findByName(offer.tools, 'apply_patch') ?? offer.tools.find(isCodeTool)) : null
  if (!tool) return null
  const patched = (patch: string): Match => ({ kind: 'call', call: callOf(tool, isCodeTool(tool) ? patchScript(patch) : tool.kind === 'custom' ? patch : JSON.stringify({ input: patch })) })
  if (request.kind === 'write') return patched(addFilePatch(request.path, request.content))
  if (request.kind !== 'edit') return null
  const what = needOf('text', request.path)
  const text = known.get(what)
  if (text === undefined) {
    const read = matchTool({ kind: 'read', path: request.path }, offer, known)
    if (read.kind === 'call') return { kind: 'first', what, call: read.call }
  }
  // Without the file’s text a whole line is all that can be meant.
  const patch = updateFilePatch(request.path, text ?? '', request.from, request.to) ?? updateFilePatch(request.path, request.from, request.from, request.to)
  return patch === null ? { kind: 'none' } : patched(patch)
}

/** Where a shell is the only tool, it lists, reads, searches and writes as well. */
function byShell(request: Exclude<ToolRequest, { kind: 'use' }>, offer: Offer): Match {
  const command = shellCommand(request)
  return command === null ? { kind: 'none' } : runMatch(command, offer)
}

function runMatch(command: string, offer: Offer): Match {
  const code = offer.tools.find(isCodeTool)
  if (code) return { kind: 'call', call: callOf(code, runScript(command)) }
  const found = NAMES.run.map((name) => findByName(offer.tools, name)).find((tool) => tool?.kind === 'function')
  return found?.kind === 'function' ? { kind: 'call', call: callOf(found, JSON.stringify(argumentsFor({ kind: 'run', command }, found))) } : { kind: 'none' }
}

function shellCommand(request: Exclude<ToolRequest, { kind: 'use' }>): string | null {
  switch (request.kind) {
    case 'list': return request.path === null ? 'ls -la' : `ls -la ${quoted(request.path)}`
    case 'read': return `cat ${quoted(request.path)}`
    case 'search': return `grep -rn -e ${quoted(request.pattern)} ${quoted(request.path ?? '.')}`
    case 'write': return `printf '%s' ${quoted(request.content)} > ${quoted(request.path)}`
    case 'run': return request.command
    case 'edit': return null
  }
}

const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)

/** Exact, then without case, then the last part of `mcp__server__tool`; `-` and `_` are the same where clients change one into the other. */
function findByName(tools: Offer['tools'], name: string): Offer['tools'][number] | null {
  const low = name.toLowerCase()
  const plain = low.replaceAll('-', '_')
  const full = (tool: Offer['tools'][number]): string => (tool.namespace === null ? tool.name : `${tool.namespace}__${tool.name}`)
  return (
    tools.find((tool) => tool.name === name || full(tool) === name) ??
    tools.find((tool) => tool.name.toLowerCase() === low || full(tool).toLowerCase() === low) ??
    tools.find((tool) => full(tool).toLowerCase().endsWith(`__${low}`)) ??
    tools.find((tool) => `__${full(tool).toLowerCase().replaceAll('-', '_')}`.endsWith(`__${plain}`)) ??
    null
  )
}

function propertiesOf(tool: FunctionTool): string[] {
  const properties: unknown = tool.inputSchema['properties']
  return properties && typeof properties === 'object' ? Object.keys(properties) : []
}

function argumentsFor(request: Exclude<ToolRequest, { kind: 'use' }>, tool: FunctionTool): Record<string, unknown> {
  const known = propertiesOf(tool)
  const field = (name: keyof typeof FIELDS): string => FIELDS[name].find((candidate) => known.includes(candidate)) ?? FIELDS[name][0]
  const required: unknown = tool.inputSchema['required']
  const needsPath = Array.isArray(required) && required.includes(field('path'))
  const optionalPath = (path: string | null): Record<string, unknown> => (path !== null || needsPath ? { [field('path')]: path ?? '.' } : {})
  switch (request.kind) {
    case 'list': return optionalPath(request.path)
    case 'read': return { [field('path')]: request.path }
    case 'search': return { [field('pattern')]: request.pattern, ...optionalPath(request.path) }
    case 'write': return { [field('path')]: request.path, [field('content')]: request.content }
    case 'edit':
      // A tool that takes one edit by itself is asked for one; a list is the only way of some servers.
      return known.includes('edits') && !FIELDS.from.some((name) => known.includes(name))
        ? { [field('path')]: request.path, edits: [{ oldText: request.from, newText: request.to }] }
        : { [field('path')]: request.path, [field('from')]: request.from, [field('to')]: request.to }
    case 'run': return { [field('command')]: takesList(tool, field('command')) ? ['bash', '-lc', request.command] : request.command }
  }
}

/** Older shells of Codex take the words of a command as a list. */
function takesList(tool: FunctionTool, field: string): boolean {
  const properties: unknown = tool.inputSchema['properties']
  const schema: unknown = properties && typeof properties === 'object' ? Reflect.get(properties, field) : null
  return schema !== null && typeof schema === 'object' && 'type' in schema && schema.type === 'array'
}
