/** Rows of `approval_rules`: what a person allowed for a session or for always. A rule is bound to a tool's definition by its fingerprint. */
import type { DatabaseSync } from 'node:sqlite'
import { integerOf, textOf } from './row.ts'

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
  /** Newest first; those that hold in every session. */
  alwaysRules(): readonly (RuleKey & { at: number })[]
  removeRule(scope: string, key: RuleKey): void
  /** Ends all rules about a server (or a folder), in every scope. */
  removeRulesOf(server: string): void
}

export function rulesTable(database: DatabaseSync): RulesTable {
  const add = database.prepare('INSERT OR IGNORE INTO approval_rules (scope, server, tool, fingerprint, created_at) VALUES (?, ?, ?, ?, ?)')
  const find = database.prepare('SELECT 1 FROM approval_rules WHERE scope = ? AND server = ? AND tool = ? AND fingerprint = ?')
  const always = database.prepare('SELECT server, tool, fingerprint, created_at FROM approval_rules WHERE scope = ? ORDER BY created_at DESC, server, tool')
  const remove = database.prepare('DELETE FROM approval_rules WHERE scope = ? AND server = ? AND tool = ? AND fingerprint = ?')
  const removeOf = database.prepare('DELETE FROM approval_rules WHERE server = ?')
  return {
    alwaysRules: () => always.all(ALWAYS).map((row) => ({ server: textOf(row, 'server'), tool: textOf(row, 'tool'), fingerprint: textOf(row, 'fingerprint'), at: integerOf(row, 'created_at') })),
    removeRule: (scope, key) => {
      remove.run(scope, key.server, key.tool, key.fingerprint)
    },
    removeRulesOf: (server) => {
      removeOf.run(server)
    },
    addRule: (scope, key, at) => {
      add.run(scope, key.server, key.tool, key.fingerprint, at)
    },
    hasRule: (scope, key) => find.get(scope, key.server, key.tool, key.fingerprint) !== undefined,
  }
}
