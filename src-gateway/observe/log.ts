/** The gateway's log: redacted JSON lines (or plain ones for a person) on its way out, and the newest lines kept for the page that shows them. */
import type { GatewayLogLine } from '../../src-shared/http/gateway-admin.ts'
import type { Clock, Log } from '../machine.ts'
import type { Redactor } from './redact.ts'

export const LOG_LEVELS = ['info', 'warn', 'error', 'off'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export const LOG_FORMATS = ['json', 'plain'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

export interface GatewayLog extends Log {
  /** From which level on lines are written out. The lines kept for the page are not fewer for it. */
  setLevel(level: LogLevel): void
  /** Newest first, at most `limit`. */
  recent(limit: number): readonly GatewayLogLine[]
  /** Told each new line; returns how to stop. */
  subscribe(listener: (line: GatewayLogLine) => void): () => void
}

const KEPT = 500
/** Cleaned when somebody reads it: most lines of a busy gateway are read by nobody. */
interface Kept {
  /** Epoch ms. */
  at: number
  level: GatewayLogLine['level']
  event: string
  fields: Readonly<Record<string, unknown>>
}

export function createLog(options: { clock: Clock; redactor: Redactor; write: (text: string) => void; level: LogLevel; format: LogFormat }): GatewayLog {
  const { clock, redactor, write, format } = options
  let { level } = options
  const kept: Kept[] = []
  const listeners = new Set<(line: GatewayLogLine) => void>()
  const record = (rank: GatewayLogLine['level']) => (event: string, fields: Record<string, unknown> = {}): void => {
    const one: Kept = { at: clock.now(), level: rank, event, fields }
    kept.push(one)
    // In one go now and then: shifting one at a time would move the whole list for each line.
    if (kept.length >= KEPT * 2) kept.splice(0, kept.length - KEPT)
    const isWritten = LOG_LEVELS.indexOf(rank) >= LOG_LEVELS.indexOf(level)
    if (!isWritten && listeners.size === 0) return
    const line = clean(one)
    if (isWritten) write(format === 'json' ? jsonLine(line) : plainLine(line))
    for (const listener of listeners) listener(line)
  }
  const clean = ({ at, level: rank, event, fields }: Kept): GatewayLogLine => ({ at: new Date(at).toISOString(), level: rank, event, fields: redactor.fields(fields) })
  return {
    info: record('info'), warn: record('warn'), error: record('error'),
    setLevel: (next) => void (level = next),
    recent: (limit) => kept.slice(-Math.min(limit, KEPT)).toReversed().map(clean),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function jsonLine({ at, level, event, fields }: GatewayLogLine): string {
  // The line's own three come first and win: a field of the same name must not fake a level.
  return `${JSON.stringify({ at, level, event, ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'at' && name !== 'level' && name !== 'event')) })}\n`
}

function plainLine({ at, level, event, fields }: GatewayLogLine): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value)}`)
  return `${at} ${level.padEnd(5)} ${[event, ...pairs].join(' ')}\n`
}
