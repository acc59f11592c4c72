/** One running MCP server as the host needs it, whichever SDK speaks to it; a successor SDK becomes a second implementation of `ConnectMcp`. */

export interface ConnectRequest {
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  clientVersion: string
  /** Largest single message that is taken, in bytes. */
  maxMessageBytes: number
  /** Milliseconds until the server must have answered `initialize`. */
  timeoutMs: number
  /** Ends the attempt. */
  signal: AbortSignal
  /** Known as soon as the process runs, before it has answered anything. */
  onSpawn(pid: number): void
  /** A line on stdout that is not the protocol. */
  onNoise(line: string): void
  onStderr(text: string): void
  onListChanged(): void
}

/** Why a server's process is gone. */
export interface ServerExit {
  cause: 'exited' | 'message-too-large'
  code: number | null
  signal: string | null
}

export interface CallLimits {
  signal: AbortSignal
  /** Milliseconds without an answer or progress. */
  idleMs: number
  /** Milliseconds in all. */
  totalMs: number
}

/** Failures are thrown as `ConnectionFailure`. */
export interface McpConnection {
  /** One page of the raw tool list; `cursor` null asks for the first. */
  listPage(cursor: string | null, signal: AbortSignal, timeoutMs: number): Promise<{ tools: readonly unknown[]; next: string | null }>
  /** The raw result of `tools/call`. */
  call(toolName: string, args: Record<string, unknown>, limits: CallLimits): Promise<Record<string, unknown>>
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<ServerExit>
  /** Closes the server's stdin, which asks it to end. Does not wait. */
  close(): void
}

/** Starts the process and shakes hands. @throws ConnectionFailure */
export type ConnectMcp = (request: ConnectRequest) => Promise<McpConnection>

export type FailureKind = 'not-found' | 'exited' | 'timeout' | 'aborted' | 'refused'

/** What went wrong on the way to a server or with one request to it; `detail` is the server's or the system's own message. */
export class ConnectionFailure extends Error {
  readonly kind: FailureKind
  readonly detail: string
  /** JSON-RPC error code when the server refused. */
  readonly rpcCode: number | null

  constructor(kind: FailureKind, detail: string, rpcCode: number | null = null, cause?: unknown) {
    super(`${kind}: ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'ConnectionFailure'
    this.kind = kind
    this.detail = detail
    this.rpcCode = rpcCode
  }
}

/** "exit code 1", "signal SIGKILL". */
export function describeExit(exit: ServerExit): string {
  if (exit.signal !== null) return `signal ${exit.signal}`
  return exit.code === null ? 'no exit code' : `exit code ${exit.code}`
}
