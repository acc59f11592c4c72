/** All tools a turn can use, wherever they run, as one list: the workspace's own first, then those of MCP servers by name. */
import type { SessionMode, ToolOrigin, ToolRisk } from '../../src-shared/domain/session.ts'
import { commandPrefix } from '../../src-shared/domain/command-prefix.ts'
import { encodeReach, type RuleReach } from '../../src-shared/domain/rule-reach.ts'
import type { ToolDefinition, ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import type { HostedTool, McpHost, OnProgress } from '../mcp/ports.ts'
import type { RuleKey } from '../sessions/rules-table.ts'
import type { WorkspaceTools } from '../workspace/ports.ts'
import { AppError } from '../../src-shared/errors.ts'
import { oneLine } from './cap-text.ts'
import { areTooMany, findTools, SEARCH_TOOL, searchDefinition, searchOutcome } from './tool-search.ts'

/** An "always" for every command that begins with `text`. */
export interface PrefixRule {
  text: string
  key: RuleKey
}

export interface CatalogTool {
  definition: ToolDefinition
  /** Name for people. */
  name: string
  origin: ToolOrigin
  risk: ToolRisk
  /** It may run beside other calls; left out = not. */
  parallel?: boolean
  /** The person lets all tools of its server run without asking. */
  trusted?: boolean
  /** The key of a rule for this session. */
  rule: RuleKey
  /** The key of an "always" rule: for the shell that exact command only, for anything else the tool. */
  always(args: Readonly<Record<string, unknown>>): RuleKey
  /** Left out or null: there is no rule for commands that begin like this one. */
  prefix?(args: Readonly<Record<string, unknown>>): PrefixRule | null
  /** @throws AppError `tool.invalid-arguments`, `workspace.*` when the call cannot work */
  preview(args: Record<string, unknown>): Promise<ToolPreview>
  /** Files (real absolute paths) that the call may change, to be kept before it runs. */
  touches(args: Record<string, unknown>, outside?: string): Promise<readonly string[]>
  /** Never throws for a failure of the tool: that is an outcome. `outside`: the place outside of the folder that a person allowed. */
  run(args: Record<string, unknown>, signal: AbortSignal, outside?: string, onProgress?: OnProgress): Promise<ToolOutcome>
}

export interface Catalog {
  /** May grow while a turn runs, at its end only. */
  readonly tools: readonly CatalogTool[]
  readonly hasMcpTools: boolean
  readonly instructions: { file: string; text: string } | null
  readonly skills: readonly { name: string; description: string }[]
  find(wireName: string): CatalogTool | null
}

const NOTHING: Promise<readonly string[]> = Promise.resolve([])
/** What the folder and the home say to coding tools, as far as the person trusts it. */
export interface ProjectSays {
  instructions: { file: string; text: string } | null
  skills: readonly { name: string; description: string }[]
  /** The text of one of the skills. */
  skill(name: string): Promise<string | null>
}
const SAYS_NOTHING: ProjectSays = { instructions: null, skills: [], skill: () => Promise.resolve(null) }

/** Starts enabled MCP servers as needed. A tool whose name is taken is left out; a plan has those that only read. */
export async function loadCatalog(
  rooms: { workspace: WorkspaceTools; mcp: Pick<McpHost, 'tools' | 'call'>; project?: ((folder: string) => Promise<ProjectSays>) | undefined },
  folder: string,
  mode: SessionMode,
  signal: AbortSignal,
  many: { contextWindow: number | null; found: Set<string> } = { contextWindow: null, found: new Set() },
): Promise<Catalog> {
  const project = (await rooms.project?.(folder)) ?? SAYS_NOTHING
  if (mode === 'chat') return { tools: [], hasMcpTools: false, instructions: project.instructions, skills: [], find: () => null }
  const { instructions, skills } = project
  const hosted = await rooms.mcp.tools(signal)
  const own = rooms.workspace.tools.map((tool) => workspaceTool(rooms.workspace, folder, tool))
  const theirs = hosted
    .map((tool) => hostedTool(rooms, folder, tool))
    .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
  const byName = new Map<string, CatalogTool>()
  const fits = (tool: CatalogTool): boolean => mode === 'agent' || tool.risk === 'read'
  const reader = skills.length > 0 ? [skillTool(project)] : []
  for (const tool of [...own, ...reader, ...theirs].filter(fits)) if (!byName.has(tool.definition.name)) byName.set(tool.definition.name, tool)
  const all = [...byName.values()]
  const aside = all.filter((tool) => tool.origin.kind === 'mcp')
  const hasMcpTools = aside.length > 0
  if (!areTooMany(aside.map((tool) => tool.definition), many.contextWindow)) return { tools: all, hasMcpTools, instructions, skills, find: (name) => byName.get(name) ?? null }
  const search = searchTool(aside, many.found)
  const first = [...all.filter((tool) => tool.origin.kind !== 'mcp'), search]
  return {
    get tools() {
      // In the order in which they were found: a prompt cache keeps what stands before.
      return [...first, ...[...many.found].flatMap((name) => byName.get(name) ?? [])]
    },
    hasMcpTools, instructions, skills,
    // A tool that the model knows from before may be called without a search.
    find: (name) => (name === search.definition.name ? search : (byName.get(name) ?? null)),
  }
}

function skillTool(project: ProjectSays): CatalogTool {
  const rule: RuleKey = { server: 'portico', tool: 'skill', fingerprint: 'v1' }
  const nameOf = (args: Readonly<Record<string, unknown>>): string => {
    const { name } = args
    if (typeof name !== 'string' || !project.skills.some((skill) => skill.name === name)) throw new AppError('tool.invalid-arguments', { issue: `name: one of ${project.skills.map((skill) => skill.name).join(', ')}.` })
    return name
  }
  return {
    definition: {
      name: 'skill', description: 'Reads a skill: how something is done well here.',
      inputSchema: { type: 'object', required: ['name'], properties: { name: { type: 'string', enum: project.skills.map((skill) => skill.name) } } },
    },
    name: 'skill', origin: { kind: 'workspace' }, risk: 'read', rule,
    always: () => rule, touches: () => NOTHING,
    preview: async (args) => ({ summary: nameOf(args), diff: null, risk: 'read' }),
    run: async (args) => {
      const text = await project.skill(nameOf(args))
      return { text: text ?? 'The skill is gone.', isError: text === null, bytes: Buffer.byteLength(text ?? ''), images: [], spilledTo: null }
    },
  }
}

function searchTool(aside: readonly CatalogTool[], found: Set<string>): CatalogTool {
  const findable = aside.map((tool) => ({ ...tool, serverName: tool.origin.kind === 'mcp' ? tool.origin.serverName : '' }))
  const rule: RuleKey = { server: 'portico', tool: SEARCH_TOOL, fingerprint: 'v1' }
  const asked = (args: Readonly<Record<string, unknown>>): { query: string; max: number } => {
    const { query, max_results: max } = args
    if (typeof query !== 'string' || query.trim() === '') throw new AppError('tool.invalid-arguments', { issue: 'query: what the tool should do, as text.' })
    return { query, max: typeof max === 'number' && max >= 1 && max <= 20 ? Math.floor(max) : 5 }
  }
  return {
    definition: searchDefinition(findable), name: SEARCH_TOOL, origin: { kind: 'workspace' }, risk: 'read', rule,
    always: () => rule,
    touches: () => NOTHING,
    preview: async (args) => ({ summary: oneLine(asked(args).query), diff: null, risk: 'read' }),
    run: async (args) => {
      const { query, max } = asked(args)
      const tools = findTools(findable, query, max)
      for (const tool of tools) found.add(tool.definition.name)
      return searchOutcome(tools, query)
    },
  }
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
    always: (args) => ({ ...rule, fingerprint: encodeReach(reachOf(name, tool.risk, args)) }),
    prefix: (args) => prefixOf(rule, tool.risk, args),
    preview: (args) => workspace.preview(folder, name, args),
    touches: (args, outside) => (tool.risk === 'read' ? NOTHING : workspace.changes(folder, name, args, outside)),
    run: (args, signal, outside, onProgress) => workspace.run(folder, name, args, signal, outside, onProgress && ((text) => onProgress({ text, share: null }))),
  }
}

function hostedTool({ mcp, workspace }: { mcp: Pick<McpHost, 'call'>; workspace: WorkspaceTools }, folder: string, tool: HostedTool): CatalogTool {
  const rule: RuleKey = { server: `mcp:${tool.serverId}`, tool: tool.toolName, fingerprint: tool.fingerprint }
  return {
    definition: tool.definition,
    name: tool.toolName,
    origin: { kind: 'mcp', serverId: tool.serverId, serverName: tool.serverName },
    risk: tool.risk,
    rule,
    always: () => rule,
    preview: (args) => Promise.resolve({ summary: summarize(args), diff: null, risk: tool.risk }),
    touches: (args) => (tool.risk === 'read' ? NOTHING : workspace.namedFiles(folder, args)),
    run: (args, signal, _outside, onProgress) => mcp.call({ serverId: tool.serverId, toolName: tool.toolName, args, signal, onProgress }),
    parallel: tool.parallel,
    trusted: tool.trusted,
  }
}

/** The rules that may allow a call. One that leaves the folder is allowed for exactly that place, and never for always. */
export function rulesOf(tool: CatalogTool, args: Readonly<Record<string, unknown>>, outside?: string): { rule: RuleKey; always: RuleKey; prefix: RuleKey | undefined } {
  if (outside !== undefined) {
    const rule = { ...tool.rule, fingerprint: `outside:${JSON.stringify(outside)}` }
    return { rule, always: rule, prefix: undefined }
  }
  return { rule: tool.rule, always: tool.always(args), prefix: tool.prefix?.(args)?.key }
}

/** How far an "always" reaches: for the shell that exact command in that folder and way of running, for the web that host, for anything else the tool. */
function reachOf(name: string, risk: ToolRisk, args: Readonly<Record<string, unknown>>): RuleReach {
  if (risk === 'run') return { kind: 'command', command: String(args['command']), ...whereRun(args) }
  if (name === 'fetch') return { kind: 'host', host: URL.parse(String(args['url']))?.host ?? '' }
  return { kind: 'tool' }
}

/** The same words in another folder, or left running, are another command. */
function whereRun({ cwd, background }: Readonly<Record<string, unknown>>): { cwd: string; background: boolean } {
  return { cwd: typeof cwd === 'string' && cwd !== '' ? cwd : '.', background: background === true }
}

/** The rule for commands that begin as this one does; null where only the exact command can be allowed. */
function prefixOf(rule: RuleKey, risk: ToolRisk, args: Readonly<Record<string, unknown>>): PrefixRule | null {
  const prefix = risk === 'run' && typeof args['command'] === 'string' ? commandPrefix(args['command']) : null
  return prefix === null ? null : { text: prefix, key: { ...rule, fingerprint: encodeReach({ kind: 'prefix', prefix, ...whereRun(args) }) } }
}

const TELLING = ['path', 'file', 'file_path', 'uri', 'url', 'query', 'pattern', 'command', 'name', 'message', 'text']

/** One line that says what a call is about: its most telling argument, or all of them. */
export function summarize(args: Readonly<Record<string, unknown>>): string {
  const telling = TELLING.map((key) => args[key]).find((value) => typeof value === 'string' && value !== '')
  if (typeof telling === 'string') return oneLine(telling)
  return Object.keys(args).length === 0 ? '' : oneLine(JSON.stringify(args))
}
