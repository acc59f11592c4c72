/** What the Doctor found on this machine. Types and one pure function. */

/** `ok`: as it should be. `note`: worth knowing. `warn`: may trouble. `bad`: something does not work because of it. */
export type Severity = 'ok' | 'note' | 'warn' | 'bad'

export const FINDING_GROUPS = ['programs', 'path', 'clients', 'variables', 'keychain', 'clock', 'network', 'gateway', 'mcp'] as const
export type FindingGroup = (typeof FINDING_GROUPS)[number]

export interface Finding {
  /** Stable, such as `programs.node` or `variables.ANTHROPIC_BASE_URL.~/.bashrc`. */
  id: string
  group: FindingGroup
  severity: Severity
  /** "Node 24.21" */
  title: string
  /** Secrets are masked. */
  detail: string
  /** What to do, as a sentence; null = nothing to do. */
  advice: string | null
  /** A button that does it. */
  fix: { label: string } | null
}

export interface DoctorReport {
  at: number
  tookMs: number
  findings: readonly Finding[]
}

export type DoctorState = { kind: 'never' } | { kind: 'looking'; before: DoctorReport | null } | { kind: 'done'; report: DoctorReport }

/** The worst first word of a report: "2 problems, 1 warning" or "All is well". */
export function summaryOf(report: DoctorReport): string {
  const count = (severity: Severity): number => report.findings.filter((one) => one.severity === severity).length
  const parts = [[count('bad'), 'problem'], [count('warn'), 'warning']] as const
  const said = parts.filter(([number]) => number > 0).map(([number, noun]) => `${number} ${noun}${number === 1 ? '' : 's'}`)
  return said.length === 0 ? 'All is well' : said.join(', ')
}
