/** How far a rule of a person reaches, as it is kept in the rule's fingerprint and read back for Settings. Pure. */
import type { ToolRisk } from './session.ts'

export type RuleReach =
  /** The whole tool, as it is now. */
  | { kind: 'tool' }
  | { kind: 'host'; host: string }
  | { kind: 'command'; command: string; cwd: string; background: boolean }
  /** Commands that begin with these words; see `command-prefix.ts`. */
  | { kind: 'prefix'; prefix: string; cwd: string; background: boolean }

/** As text; two reaches never give the same one. */
export function encodeReach(reach: RuleReach): string {
  switch (reach.kind) {
    case 'tool': return 'v1'
    case 'host': return `v2:${JSON.stringify(['host', reach.host])}`
    case 'command': return `v2:${JSON.stringify(['command', reach.command, reach.cwd, reach.background])}`
    case 'prefix': return `v2:${JSON.stringify(['prefix', reach.prefix, reach.cwd, reach.background])}`
  }
}

/**
 * What a kept fingerprint of a workspace tool (the reach, a space, the risk) says. `lapsed`: kept by an earlier version in a form that could mean two things;
 * nothing matches it any more, so Portico asks again.
 */
export function decodeReach(fingerprint: string): { reach: RuleReach | { kind: 'lapsed'; text: string }; risk: ToolRisk | null } {
  const cut = fingerprint.lastIndexOf(' ')
  const risk = RISKS.find((known) => known === fingerprint.slice(cut + 1)) ?? null
  const text = risk === null ? fingerprint : fingerprint.slice(0, cut)
  if (text === 'v1') return { reach: { kind: 'tool' }, risk }
  return { reach: (text.startsWith('v2:') ? parseReach(text.slice(3)) : null) ?? { kind: 'lapsed', text: text.replace(/^v1:/, '') }, risk }
}

const RISKS: readonly ToolRisk[] = ['read', 'write', 'run', 'unknown']

function parseReach(json: string): RuleReach | null {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return null
  }
  if (!Array.isArray(value)) return null
  const [kind, what, cwd, background]: unknown[] = value
  if (typeof what !== 'string') return null
  if (kind === 'host') return { kind, host: what }
  if (typeof cwd !== 'string' || typeof background !== 'boolean') return null
  if (kind === 'command') return { kind, command: what, cwd, background }
  return kind === 'prefix' ? { kind, prefix: what, cwd, background } : null
}
