/** The MCP host as the rest of Portico sees it; which SDK is behind it is this room's business. */
import type { ListeningPort } from '../platform/ports.ts'
import type { BundleMark, McpPromptView, McpResourceView, ToolsState } from '../../src-shared/domain/mcp.ts'
import type { ToolRisk } from '../../src-shared/domain/session.ts'
import type { ToolDefinition, ToolOutcome } from '../../src-shared/domain/tool.ts'

/** How to start one server, or where a remote one is (`command` is its address then). */
export interface McpServerSpec {
  id: string
  name: string
  command: string
  args: readonly string[]
  /** Names of declared variables; values are fetched from the secret store at spawn. */
  envNames: readonly string[]
  enabled: boolean
  /** Several calls may run at once; left out = one after the other. */
  parallel?: boolean
  /** The person lets its tools run without asking. */
  trusted?: boolean
  /** The bundle that it came in. */
  bundle?: BundleMark
}

/** How far a call is, in a server's own words; `share` = the done part, 0 to 1, where it says so. */
export type OnProgress = (progress: { text: string; share: number | null }) => void

export interface HostedTool {
  definition: ToolDefinition
  serverId: string
  serverName: string
  toolName: string
  risk: ToolRisk
  /** Its server takes several calls at once. */
  parallel: boolean
  /** The person lets all tools of its server run without asking. */
  trusted: boolean
  /** SHA-256 over name, description, schema and annotations: an "always" approval is bound to it. */
  fingerprint: string
}

export interface McpHost {
  /** Sets the servers; starts nothing. A server that is gone, disabled or changed is stopped. */
  configure(specs: readonly McpServerSpec[]): Promise<void>
  state(): ToolsState
  onChange(listener: (state: ToolsState) => void): () => void
  /** A person asked for it: starts (or restarts a failed) server, signs in in the browser if need be, and resolves when it is ready. @throws AppError `mcp.*` */
  start(id: string): Promise<void>
  stop(id: string): Promise<void>
  /** The person has seen a tool as it is now (null: all of the server), so it goes to models. */
  approveTools(id: string, toolName: string | null): Promise<void>
  switchTool(id: string, toolName: string, on: boolean): Promise<void>
  /** A tool's definition when it was last seen, and now; null when there is no such tool. */
  toolTexts(id: string, toolName: string): { before: string | null; after: string } | null
  /** What the server lists next counts as seen: it is another program now. */
  forgetPins(id: string): Promise<void>
  /** TCP ports that a server's processes listen on now. */
  listening(id: string): Promise<readonly ListeningPort[]>
  /** Stops it and forgets its sign-in. */
  signOut(id: string): Promise<void>
  /** Starts every enabled server that is not running (cores at a time) and gives the tools of those that are ready. Never throws for a broken server. */
  tools(signal: AbortSignal): Promise<readonly HostedTool[]>
  /** Runs one call; an exited server, a time-out or a tool's own error is an outcome with `isError`. */
  call(request: { serverId: string; toolName: string; args: Record<string, unknown>; signal: AbortSignal; onProgress?: OnProgress | undefined }): Promise<ToolOutcome>
  /** Changes with everything that may change the tools: a list read again, a tool allowed or switched, a server that came or went. */
  version(): number
  /** What enabled servers that run offer besides tools, after starting those that do not run yet. */
  offers(signal: AbortSignal): Promise<{ resources: readonly McpResourceView[]; prompts: readonly McpPromptView[] }>
  /** What goes wrong is an outcome with `isError`. */
  readResource(request: { serverId: string; uri: string; signal: AbortSignal }): Promise<ToolOutcome>
  /** A prompt's messages as one text. @throws AppError `mcp.*` */
  prompt(request: { serverId: string; name: string; args: Readonly<Record<string, string>>; signal: AbortSignal }): Promise<string>
  /** Stops all servers and their process trees; resolves within 3 s. */
  close(): Promise<void>
}
