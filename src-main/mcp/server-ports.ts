/** One server as the host uses it, and what it needs. Types only. */
import type { McpServerView } from '../../src-shared/domain/mcp.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import type { Clock, Ids, ListeningPort, Log, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import type { ConnectMcp, Elicit } from './connection.ts'
import type { McpLimits } from './limits.ts'
import type { PidFile } from './pid-file.ts'
import type { PinStore } from './pins.ts'
import type { ServerOffers } from './server-offers.ts'
import type { HostedTool, McpServerSpec, OnProgress } from './ports.ts'

export interface ServerDeps {
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  secrets: SecretStore
  processes: ProcessTable
  pids: PidFile
  spill: Spill
  connect: ConnectMcp
  limits: McpLimits
  clientVersion: string
  /** Working folder of servers. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  path: () => Promise<string>
  /** Opens a service's sign-in page; null = there is no browser. */
  openPage: ((url: string) => Promise<void>) | null
  metadataUrl: string | null
  pins: PinStore
  /** Asks the person for what this server wants to know; null = nobody can be asked. */
  elicit: ((server: { id: string; name: string }) => Elicit) | null
  /** Something to show changed; `now` is false for counters and output, which may be gathered. */
  changed(now: boolean): void
}

export interface McpServer extends ServerOffers {
  readonly id: string
  spec(): McpServerSpec
  /** Takes a new configuration; stops the server when it differs. */
  update(spec: McpServerSpec, slug: string): Promise<void>
  view(): McpServerView
  /** TCP ports that its processes listen on now. */
  listening(): Promise<readonly ListeningPort[]>
  /** Tools to offer now: the last good list of a running server, or of one that ended and may be started again. */
  tools(): readonly HostedTool[]
  /** Resolves when ready. A person asked, so earlier failures no longer count. @throws AppError `mcp.*` */
  start(): Promise<void>
  /** Starts it for a turn if it makes sense: not running yet, or ended and due for a restart. Never throws. */
  prepare(): Promise<void>
  stop(): Promise<void>
  /** Stops it for good. */
  close(): Promise<void>
  call(toolName: string, args: Record<string, unknown>, signal: AbortSignal, onProgress?: OnProgress): Promise<ToolOutcome>
  /** The person has seen a tool as it is now (null: all of them), so it goes to models. */
  approve(toolName: string | null): Promise<void>
  switchTool(toolName: string, on: boolean): Promise<void>
  /** What a tool was when it was last seen, and what it is; null when there is no such tool. */
  toolTexts(toolName: string): { before: string | null; after: string } | null
}
