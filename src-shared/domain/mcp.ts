/** MCP servers as a person sees them: configuration, state, tools. Types, and what follows from them. */
import type { AppErrorData } from '../errors.ts'
import type { ToolRisk } from './session.ts'

/** How to start a server over stdio, or where a remote one is. Values of `env` never reach the window; only their names do. */
export interface McpServerConfig {
  id: string
  /** Short name a person gave; also the middle part of wire names. */
  name: string
  /** A program, or the http(s) address of a remote server (Streamable HTTP), which takes no arguments. */
  command: string
  args: readonly string[]
  /** Variables of the program; of a remote server its headers, and `OAUTH_…` for a client id of one's own. */
  envNames: readonly string[]
  /** Explicit consent: a server starts only when true. */
  enabled: boolean
  /** The person says that it takes several calls at once; left out = one after the other. */
  parallel?: boolean
  /** The person lets its tools run without asking; left out = they ask. Ends when its command changes. */
  trusted?: boolean
  /** The bundle that it came in; `folder` is the name of where that is unpacked. */
  bundle?: BundleMark
}

export interface BundleMark {
  name: string
  version: string
  folder: string
}

/** What a bundle asks a person before it is installed. Values are texts, whatever the kind. */
export interface BundleField {
  key: string
  type: 'string' | 'number' | 'boolean' | 'directory' | 'file'
  title: string
  description: string
  required: boolean
  /** Kept in the keychain, never shown. */
  sensitive: boolean
  multiple: boolean
  initial: readonly string[]
  min: number | null
  max: number | null
}

/** A bundle (`.mcpb`) as a person sees it before it is installed. */
export interface BundleView {
  /** Names it for `tools.installBundle`. */
  token: string
  name: string
  version: string
  description: string
  author: string | null
  /** What will run, word by word; `…` is where it will be unpacked. */
  command: readonly string[]
  variables: readonly string[]
  /** As it says itself; what it really offers shows when it runs. */
  tools: readonly { name: string; description: string }[]
  fields: readonly BundleField[]
  /** Why it may not run here. */
  problems: readonly string[]
  /** The server of an earlier version, which it takes the place of. */
  replaces: { name: string; version: string } | null
}

/** `new` and `changed`: not given to models until the person has seen it. `off`: the person does not want it. */
export type McpToolUse = 'on' | 'off' | 'new' | 'changed'

export interface McpToolInfo {
  name: string
  wireName: string
  description: string
  risk: ToolRisk
  use: McpToolUse
  /** About what it costs with every model call. */
  tokens: number
}

export type McpRunState =
  | { kind: 'off' }
  /** Enabled, not started yet (starts with the first turn or on request). */
  | { kind: 'idle' }
  /** `note`: what takes long: a package that may be downloaded, or a person who is to sign in in the browser. */
  | { kind: 'starting'; since: number; note: 'installing' | 'sign-in' | null }
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

/** What a server wants to know of the person while a call of it runs. */
export type McpQuestion = { id: string; serverId: string; serverName: string; message: string } & (
  /** `schema`: the server's flat form, MCP 2025-11-25. */
  | { kind: 'form'; schema: Readonly<Record<string, unknown>> }
  | { kind: 'page'; url: string }
)
export type McpAnswer = { action: 'accept'; content: Readonly<Record<string, string | number | boolean | readonly string[]>> } | { action: 'decline' } | { action: 'cancel' }

export interface ToolsState {
  servers: readonly McpServerView[]
  /** For the line "2 servers · 29 tools · 3 calls". */
  totals: { servers: number; tools: number; calls: number }
}

/** The address of a remote server; null for a program. */
export function remoteUrl({ command, args }: Pick<McpServerConfig, 'command' | 'args'>): URL | null {
  if (args.length > 0 || !/^https?:\/\//i.test(command)) return null
  return URL.parse(command)
}

/** Something to read that a server offers; `name` is for people. */
export interface McpResourceView {
  serverId: string
  serverName: string
  uri: string
  name: string
  description: string
  mimeType: string | null
}

/** A beginning of a message that a server offers; `title` is for people. */
export interface McpPromptView {
  serverId: string
  serverName: string
  name: string
  title: string
  description: string
  arguments: readonly { name: string; description: string; required: boolean }[]
}
