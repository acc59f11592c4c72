/** MCP servers as a person sees them: configuration, state, tools. Types only. */
import type { AppErrorData } from '../errors.ts'
import type { ToolRisk } from './session.ts'

/** How to start a server over stdio. Values of `env` never reach the window; only their names do. */
export interface McpServerConfig {
  id: string
  /** Short name a person gave; also the middle part of wire names. */
  name: string
  command: string
  args: readonly string[]
  envNames: readonly string[]
  /** Explicit consent: a server starts only when true. */
  enabled: boolean
}

export interface McpToolInfo {
  name: string
  wireName: string
  description: string
  risk: ToolRisk
}

export type McpRunState =
  | { kind: 'off' }
  /** Enabled, not started yet (starts with the first turn or on request). */
  | { kind: 'idle' }
  | { kind: 'starting'; since: number }
  | { kind: 'ready'; tools: readonly McpToolInfo[]; dropped: readonly { name: string; reason: string }[]; since: number }
  | { kind: 'failed'; error: AppErrorData; at: number }

export interface McpServerView {
  config: McpServerConfig
  state: McpRunState
  /** Calls made since Portico started. */
  calls: number
  /** Lines a server wrote to stdout that were not protocol; counted, never fatal. */
  noiseLines: number
  /** Last lines of stderr, newest last, at most 40 lines. */
  stderrTail: readonly string[]
}

export interface ToolsState {
  servers: readonly McpServerView[]
  /** For the line "2 servers · 29 tools · 3 calls". */
  totals: { servers: number; tools: number; calls: number }
}
