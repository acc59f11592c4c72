/** Who may run what: the policy by risk, and the rules a person gave ("this session", "always"). */
import type { ApprovalDecision, ToolOrigin, ToolRisk } from '../../src-shared/domain/session.ts'
import { ALWAYS, type RuleKey, type RulesTable } from '../sessions/rules-table.ts'

/**
 * `ask`: the window; a person answers. The others are for a run without one, which grants nothing (`none`), calls that only read (`reads`) or everything (`all`),
 * and with `all-outside` also what leaves the session's folder.
 * Reading in the session's own folder needs no grant. A tool of an MCP server counts as reading when the server, which the person enabled, declares it so.
 */
export type ApprovalMode = 'ask' | 'none' | 'reads' | 'all' | 'all-outside'

export type Permission = 'allow' | 'ask' | 'deny'

export function permissionOf(mode: ApprovalMode, risk: ToolRisk, origin: ToolOrigin, ruled: boolean, leaves = false): Permission {
  // Outside of the folder only a person's word for that very place counts; a run without one says so apart.
  if (leaves) return mode === 'ask' ? (ruled ? 'allow' : 'ask') : mode === 'all-outside' ? 'allow' : 'deny'
  if (risk === 'read' && origin.kind === 'workspace') return 'allow'
  if (mode === 'all' || mode === 'all-outside' || (risk === 'read' && mode !== 'none')) return 'allow'
  if (mode !== 'ask') return 'deny'
  return ruled ? 'allow' : 'ask'
}

export interface Approvals {
  readonly mode: ApprovalMode
  /** `trusted`: the person lets all tools of its server run. `outside`: the call leaves the session's folder, for that path. */
  permission(sessionId: string, call: { risk: ToolRisk; origin: ToolOrigin; rule: RuleKey; always: RuleKey; prefix?: RuleKey | undefined; outside?: string; trusted?: boolean }): Permission
  /** Keeps the rule that goes with a decision; none for "once" and "deny". */
  remember(sessionId: string, call: { risk: ToolRisk; rule: RuleKey; always: RuleKey; prefix?: RuleKey | undefined }, decision: ApprovalDecision, at: number): void
}

export function createApprovals(rules: Pick<RulesTable, 'addRule' | 'hasRule'>, mode: ApprovalMode): Approvals {
  return {
    mode,
    permission: (sessionId, call) =>
      // Rules are only looked up where a person can be asked.
      permissionOf(mode, call.risk, call.origin, mode === 'ask' && (call.trusted === true || rules.hasRule(sessionId, atRisk(call.rule, call.risk)) || rules.hasRule(ALWAYS, atRisk(call.always, call.risk))
        || (call.prefix !== undefined && rules.hasRule(ALWAYS, atRisk(call.prefix, call.risk)))), call.outside !== undefined),
    remember: (sessionId, call, decision, at) => {
      if (decision.kind === 'session') rules.addRule(sessionId, atRisk(call.rule, call.risk), at)
      if (decision.kind === 'prefix' && call.prefix) rules.addRule(ALWAYS, atRisk(call.prefix, call.risk), at)
      if (decision.kind === 'always') rules.addRule(ALWAYS, atRisk(call.always, call.risk), at)
    },
  }
}

/** A rule holds for the risk it was given for: leave to write files is no leave for a write that can run commands (below `.git`). */
function atRisk(rule: RuleKey, risk: ToolRisk): RuleKey {
  return { ...rule, fingerprint: `${rule.fingerprint} ${risk}` }
}
