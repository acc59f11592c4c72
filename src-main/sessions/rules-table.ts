/** Rows of `approval_rules`: what a person allowed for a session or for always. A rule is bound to a tool's definition by its fingerprint. */
import type { DatabaseSync } from 'node:sqlite'

export interface RuleKey {
  /** `mcp:<server id>`, or `workspace:<folder>`: a rule for one folder says nothing about another. */
  server: string
  tool: string
  fingerprint: string
}

/** Scope of a rule that holds in every session. */
export const ALWAYS = 'always'

export interface RulesTable {
  /** `scope` is `ALWAYS` or a session's id. */
  addRule(scope: string, key: RuleKey, at: number): void
  hasRule(scope: string, key: RuleKey): boolean
}

export function rulesTable(database: DatabaseSync): RulesTable {
  const add = database.prepare('INSERT OR IGNORE INTO approval_rules (scope, server, tool, fingerprint, created_at) VALUES (?, ?, ?, ?, ?)')
  const find = database.prepare('SELECT 1 FROM approval_rules WHERE scope = ? AND server = ? AND tool = ? AND fingerprint = ?')
  return {
    addRule: (scope, key, at) => {
      add.run(scope, key.server, key.tool, key.fingerprint, at)
    },
    hasRule: (scope, key) => find.get(scope, key.server, key.tool, key.fingerprint) !== undefined,
  }
}
