/** One running MCP server as the host needs it, whichever SDK speaks to it; a successor SDK becomes a second implementation of `ConnectMcp`. */
import type { McpAnswer } from '../../src-shared/domain/mcp.ts'
import type { OnProgress } from './ports.ts'

/** A program on this computer, spoken to over its stdin and stdout. */
export interface ProgramPlace {
  kind: 'program'
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** Known as soon as the process runs, before it has answered anything. */
  onSpawn(pid: number): void
}

/** A service at an http(s) address (Streamable HTTP). */
export interface RemotePlace {
  kind: 'remote'
  url: string
  /** Sent with every request to that address. */
  headers: Readonly<Record<string, string>>
  signIn: SignInMeans
}

/** What an OAuth sign-in to a remote server needs of this machine. */
export interface SignInMeans {
  options: SignInOptions
  /** What an earlier sign-in left, as text; null = nothing. */
  load(): Promise<string | null>
  save(text: string | null): Promise<void>
  /** Opens the service's page in the browser; null = nobody is there to sign in now. */
  openPage: ((url: string) => Promise<void>) | null
  /** A person is signing in, or is done: time-outs pause meanwhile. */
  onPerson(waits: boolean): void
}

/** For services that gave out a client id; all null for those that register clients by themselves. */
export interface SignInOptions {
  clientId: string | null
  clientSecret: string | null
  /** PEM; signs in without a person, by a signed assertion. */
  privateKey: string | null
  algorithm: string
  scope: string | null
  /** `client-credentials` signs in without a person. */
  grant: 'code' | 'client-credentials'
  /** Where the service can read who Portico is (SEP-991); null = Portico registers itself. */
  metadataUrl: string | null
}

export type ElicitRequest =
  | { mode: 'form'; message: string; schema: Readonly<Record<string, unknown>> }
  | { mode: 'url'; message: string; url: string }
export type ElicitAnswer = McpAnswer
/** Asks the person for what a server wants to know. */
export type Elicit = (request: ElicitRequest, signal: AbortSignal) => Promise<ElicitAnswer>

export interface ConnectRequest {
  place: ProgramPlace | RemotePlace
  clientVersion: string
  /** Largest single message that is taken, in bytes. */
  maxMessageBytes: number
  /** Milliseconds until the server must have answered `initialize`. */
  timeoutMs: number
  /** Ends the attempt. */
  signal: AbortSignal
  /** Null = nobody can be asked, and the server is told so. */
  elicit: Elicit | null
  /** A line on stdout that is not the protocol. */
  onNoise(line: string): void
  onStderr(text: string): void
  onListChanged(): void
}

/** Why a server's process, or a remote server's session, is gone. */
export interface ServerExit {
  cause: 'exited' | 'message-too-large' | 'session-ended'
  code: number | null
  signal: string | null
}

export interface CallLimits {
  signal: AbortSignal
  /** Milliseconds without an answer or progress. */
  idleMs: number
  /** Milliseconds in all. */
  totalMs: number
  onProgress?: OnProgress | undefined
}

/** Failures are thrown as `ConnectionFailure`. */
export interface McpConnection {
  /** One page of the raw tool list; `cursor` null asks for the first. */
  listPage(cursor: string | null, signal: AbortSignal, timeoutMs: number): Promise<{ tools: readonly unknown[]; next: string | null }>
  /** The raw result of `tools/call`. */
  call(toolName: string, args: Record<string, unknown>, limits: CallLimits): Promise<Record<string, unknown>>
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<ServerExit>
  /** Any other request, such as `resources/list`; its raw result. */
  ask(method: string, params: Readonly<Record<string, unknown>>, signal: AbortSignal, timeoutMs: number): Promise<Record<string, unknown>>
  /** What the server said of itself at the handshake. */
  readonly offers: { resources: boolean; prompts: boolean; instructions: string | null }
  /** Closes the server's stdin, or ends the session with a remote one. Does not wait. */
  close(): void
}

/** Starts the process and shakes hands. @throws ConnectionFailure */
export type ConnectMcp = (request: ConnectRequest) => Promise<McpConnection>

/** `sign-in`: the service wants a sign-in and nobody could be asked, or it was not finished. `no-answer`: a remote server is not there. */
export type FailureKind = 'not-found' | 'exited' | 'timeout' | 'aborted' | 'refused' | 'sign-in' | 'no-answer'

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
  if (exit.cause === 'session-ended') return 'the service ended the session'
  if (exit.signal !== null) return `signal ${exit.signal}`
  return exit.code === null ? 'no exit code' : `exit code ${exit.code}`
}
