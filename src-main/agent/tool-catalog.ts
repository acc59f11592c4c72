/** All tools a turn can use, wherever they run, as one list: the workspace's own first, then those of MCP servers by name. */
import type { SessionMode, ToolOrigin, ToolRisk } from '../../src-shared/domain/session.ts'
import type { ToolDefinition, ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import type { HostedTool, McpHost } from '../mcp/ports.ts'
import type { RuleKey } from '../sessions/rules-table.ts'
import type { WorkspaceTools } from '../workspace/ports.ts'
import { oneLine } from './cap-text.ts'

export interface CatalogTool {
  definition: ToolDefinition
  /** Name for people. */
  name: string
  origin: ToolOrigin
  risk: ToolRisk
  /** The key of a rule for this session. */
  rule: RuleKey
  /** The key of an "always" rule: for the shell that exact command only, for anything else the tool. */
  always(args: Readonly<Record<string, unknown>>): RuleKey
  /** @throws AppError `tool.invalid-arguments`, `workspace.*` when the call cannot work */
  preview(args: Record<string, unknown>): Promise<ToolPreview>
  /** Never throws for a failure of the tool: that is an outcome. */
  run(args: Record<string, unknown>, signal: AbortSignal): Promise<ToolOutcome>
}

export interface Catalog {
  readonly tools: readonly CatalogTool[]
  readonly hasMcpTools: boolean
  find(wireName: string): CatalogTool | null
}

const NONE: Catalog = { tools: [], hasMcpTools: false, find: () => null }

/** Starts enabled MCP servers as needed. A tool whose name is taken is left out; a plan has those that only read. */
export async function loadCatalog(
  rooms: { workspace: WorkspaceTools; mcp: Pick<McpHost, 'tools' | 'call'> },
  folder: string,
  mode: SessionMode,
  signal: AbortSignal,
): Promise<Catalog> {
  if (mode === 'chat') return NONE
  const hosted = await rooms.mcp.tools(signal)
  const own = rooms.workspace.tools.map((tool) => workspaceTool(rooms.workspace, folder, tool))
  const theirs = hosted
    .map((tool) => hostedTool(rooms.mcp, tool))
    .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
  const byName = new Map<string, CatalogTool>()
  const fits = (tool: CatalogTool): boolean => mode === 'agent' || tool.risk === 'read'
  for (const tool of [...own, ...theirs].filter(fits)) if (!byName.has(tool.definition.name)) byName.set(tool.definition.name, tool)
  return { tools: [...byName.values()], hasMcpTools: [...byName.values()].some((tool) => tool.origin.kind === 'mcp'), find: (name) => byName.get(name) ?? null }
}

function workspaceTool(workspace: WorkspaceTools, folder: string, tool: { definition: ToolDefinition; risk: ToolRisk }): CatalogTool {
  const { name } = tool.definition
  const rule: RuleKey = { server: `workspace:${folder}`, tool: name, fingerprint: 'v1' }
  return {
    definition: tool.definition,
    name,
    origin: { kind: 'workspace' },
    risk: tool.risk,
    rule,
    always: (args) => (tool.risk === 'run' ? { ...rule, fingerprint: `v1:${String(args['command'])}` } : rule),
    preview: (args) => workspace.preview(folder, name, args),
    run: (args, signal) => workspace.run(folder, name, args, signal),
  }
}

function hostedTool(mcp: Pick<McpHost, 'call'>, tool: HostedTool): CatalogTool {
  const rule: RuleKey = { server: `mcp:${tool.serverId}`, tool: tool.toolName, fingerprint: tool.fingerprint }
  return {
    definition: tool.definition,
    name: tool.toolName,
    origin: { kind: 'mcp', serverId: tool.serverId, serverName: tool.serverName },
    risk: tool.risk,
    rule,
    always: () => rule,
    preview: (args) => Promise.resolve({ summary: summarize(args), diff: null, risk: tool.risk }),
    run: (args, signal) => mcp.call({ serverId: tool.serverId, toolName: tool.toolName, args, signal }),
  }
}

const TELLING = ['path', 'file', 'file_path', 'uri', 'url', 'query', 'pattern', 'command', 'name', 'message', 'text']

/** One line that says what a call is about: its most telling argument, or all of them. */
export function summarize(args: Readonly<Record<string, unknown>>): string {
  const telling = TELLING.map((key) => args[key]).find((value) => typeof value === 'string' && value !== '')
  if (typeof telling === 'string') return oneLine(telling)
  return Object.keys(args).length === 0 ? '' : oneLine(JSON.stringify(args))
}
