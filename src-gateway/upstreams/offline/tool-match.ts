/** Finds the offered tool for a request and fills its arguments by the names its own schema uses. Pure. */
import type { TurnTool } from '../../translate/turn.ts'
import type { ToolRequest } from './instructions.ts'

/** Names a tool for each verb goes by, best first; ours, then Claude Code's and the MCP file server's. */
const NAMES: Readonly<Record<Exclude<ToolRequest['kind'], 'use'>, readonly string[]>> = {
  list: ['list', 'ls', 'list_directory', 'directory_tree'],
  read: ['read', 'read_text_file', 'read_file'],
  search: ['search', 'grep', 'search_files'],
  write: ['write', 'write_file'],
  edit: ['edit', 'edit_file'],
  run: ['run', 'bash', 'exec_command', 'shell'],
}

const FIELDS = {
  path: ['path', 'file_path', 'filePath', 'file', 'filename', 'directory', 'folder', 'dir'],
  content: ['content', 'contents', 'text', 'file_text'],
  pattern: ['pattern', 'query', 'regex', 'text'],
  from: ['old_text', 'oldText', 'old_string', 'oldString', 'old', 'find', 'from'],
  to: ['new_text', 'newText', 'new_string', 'newString', 'new', 'replace', 'to'],
  command: ['command', 'cmd'],
} as const

/** The call to make, or null when no offered tool fits. */
export function matchTool(request: ToolRequest, tools: readonly TurnTool[]): { name: string; args: Record<string, unknown> } | null {
  if (request.kind === 'use') {
    const tool = findByName(tools, request.tool)
    return tool ? { name: tool.name, args: request.args } : null
  }
  for (const name of NAMES[request.kind]) {
    const tool = findByName(tools, name)
    if (tool) return { name: tool.name, args: argumentsFor(request, tool) }
  }
  return null
}

/** Exact, then without case, then the last part of `mcp__server__tool`. */
function findByName(tools: readonly TurnTool[], name: string): TurnTool | null {
  const low = name.toLowerCase()
  return (
    tools.find((tool) => tool.name === name) ??
    tools.find((tool) => tool.name.toLowerCase() === low) ??
    tools.find((tool) => tool.name.toLowerCase().endsWith(`__${low}`)) ??
    tools.find((tool) => tool.name.toLowerCase().replaceAll('-', '_').endsWith(`__${low.replaceAll('-', '_')}`)) ??
    null
  )
}

function argumentsFor(request: Exclude<ToolRequest, { kind: 'use' }>, tool: TurnTool): Record<string, unknown> {
  const properties: unknown = tool.inputSchema['properties']
  const known = properties && typeof properties === 'object' ? Object.keys(properties) : []
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
      return known.includes('edits')
        ? { [field('path')]: request.path, edits: [{ oldText: request.from, newText: request.to }] }
        : { [field('path')]: request.path, [field('from')]: request.from, [field('to')]: request.to }
    case 'run': return { [field('command')]: request.command }
  }
}
