/** The times and sizes of the MCP host, in one place; tests pass smaller ones. */

export interface McpLimits {
  /** Start until the tool list is there. */
  startMs: number
  /** The same for a command that may download a package first, such as npx. */
  installMs: number
  /** One call without an answer or progress. */
  idleMs: number
  /** One call in all. */
  totalMs: number
  maxInFlight: number
  maxMessageBytes: number
  /** Quiet time after a list_changed before the list is read again. */
  listDebounceMs: number
  /** How long a server may take to end by itself when its stdin is closed. */
  politeCloseMs: number
  /** Quiet time in which counters, noise and stderr are gathered into one state change. */
  publishMs: number
}

export const MCP_LIMITS: McpLimits = {
  startMs: 30_000,
  installMs: 180_000,
  idleMs: 120_000,
  totalMs: 30 * 60_000,
  maxInFlight: 8,
  maxMessageBytes: 32 * 1024 * 1024,
  listDebounceMs: 250,
  politeCloseMs: 500,
  publishMs: 250,
}
