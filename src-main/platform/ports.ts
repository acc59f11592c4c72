/** What the services need from the machine, as small interfaces; adapters in this folder are the only code that touches Electron, the keychain and child processes. */

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
}

export interface Timers {
  /** Runs once after `ms`; returns the cancel. */
  after(ms: number, run: () => void): () => void
}

export interface Ids {
  /** A new unguessable id such as `turn_8f3c…`. */
  next(prefix: string): string
}

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

/** One line of structured log. Values must not hold secrets or prompts. */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
  error(event: string, fields?: Record<string, unknown>): void
}

export interface SecretStore {
  /** `keychain`: the system's own. `memory`: none found, kept for this run only. */
  readonly kind: 'keychain' | 'memory'
  /** Name for people: "GNOME Keyring (Secret Service)", "memory only". */
  readonly backend: string
  get(name: string): Promise<string | null>
  set(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
}

/** Shown natively; `onClick` runs at most once. */
export interface Notifier {
  show(notification: { title: string; body: string; onClick: () => void }): void
}

/** Opens https links (and http on loopback for the embedded gateway's own page) in the person's browser. */
export interface ExternalLinks {
  open(url: string): Promise<void>
}

export interface RunRequest {
  command: string
  cwd: string
  /** Milliseconds; the whole process tree is ended after it. */
  timeoutMs: number
  /** Most bytes kept of stdout and stderr together (head and tail). */
  maxBytes: number
  signal: AbortSignal
  /** Told as it comes, stdout and stderr together. */
  onOutput?: (chunk: Uint8Array) => void
}
export interface RunResult {
  exitCode: number | null
  signal: string | null
  output: string
  /** Full size before capping. */
  bytes: number
  timedOut: boolean
  durationMs: number
}
/** Runs one shell command in its own process group and ends the whole tree on timeout or abort. */
export interface CommandRunner {
  run(request: RunRequest): Promise<RunResult>
}

/** Ends a process and everything below it: politely, then by force. */
export interface ProcessTree {
  end(pid: number): Promise<void>
}

/** A process tree as it was at one moment. */
export interface HeldTree {
  /** Ends what is left of it, and what was started below it meanwhile: politely, then by force. A reused process id is not touched. */
  end(): Promise<void>
}
/** A TCP port that is listened on; `everywhere` = it can be reached from other computers, not only from this one. */
export interface ListeningPort {
  port: number
  everywhere: boolean
}
/** The processes of this computer, for ending a server's helpers even after the server itself has gone. */
export interface ProcessTable extends ProcessTree {
  /** Remembers a process and everything below it now. */
  hold(pid: number): Promise<HeldTree>
  /** When the process started, as an opaque text that differs for a reused id; null when there is no such process (or it cannot be told). */
  startedAt(pid: number): Promise<string | null>
  /** Ids of processes that carry `name=value` in their environment, children of ended ones included. Empty where the system does not tell. */
  withVariable(name: string, value: string): Promise<readonly number[]>
  /** What a process and everything below it listens on; empty where that cannot be told. */
  listening(pid: number): Promise<readonly ListeningPort[]>
}
