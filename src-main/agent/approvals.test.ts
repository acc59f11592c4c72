/** Rules of a person reach exactly as far as what was shown when they were given. */
import { describe, expect, it } from 'vitest'
import type { RuleKey, RulesTable } from '../sessions/rules-table.ts'
import { createApprovals, permissionOf } from './approvals.ts'

const rulesInMemory = (): Pick<RulesTable, 'addRule' | 'hasRule'> => {
  const kept = new Set<string>()
  const name = (scope: string, key: RuleKey): string => JSON.stringify([scope, key.server, key.tool, key.fingerprint])
  return { addRule: (scope, key) => void kept.add(name(scope, key)), hasRule: (scope, key) => kept.has(name(scope, key)) }
}
const rule: RuleKey = { server: 'workspace:/p', tool: 'write', fingerprint: 'f' }
const write = { risk: 'write', origin: { kind: 'workspace' }, rule, always: rule } as const

describe('rules', () => {
  it('hold for their session, or always, and for nothing else', () => {
    const approvals = createApprovals(rulesInMemory(), 'ask')
    expect(approvals.permission('s1', write)).toBe('ask')
    approvals.remember('s1', write, { kind: 'once' }, 1)
    expect(approvals.permission('s1', write)).toBe('ask')
    approvals.remember('s1', write, { kind: 'session' }, 1)
    expect(approvals.permission('s1', write)).toBe('allow')
    expect(approvals.permission('s2', write)).toBe('ask')
    approvals.remember('s1', write, { kind: 'always' }, 1)
    expect(approvals.permission('s2', write)).toBe('allow')
    expect(approvals.permission('s2', { ...write, always: { ...rule, fingerprint: 'changed' } })).toBe('ask')
  })
  it('to write files are no leave for a write that can run commands', () => {
    const approvals = createApprovals(rulesInMemory(), 'ask')
    approvals.remember('s1', write, { kind: 'always' }, 1)
    approvals.remember('s1', write, { kind: 'session' }, 1)
    expect(approvals.permission('s1', { ...write, risk: 'run' })).toBe('ask')
  })
})

describe('without a person', () => {
  const mcp = { kind: 'mcp', serverId: 'a', serverName: 'a' } as const
  it('nothing is granted beyond the mode', () => {
    expect(permissionOf('none', 'read', mcp, true)).toBe('deny')
    expect(permissionOf('none', 'read', { kind: 'workspace' }, false)).toBe('allow')
    expect(permissionOf('reads', 'read', mcp, false)).toBe('allow')
    expect(permissionOf('reads', 'unknown', mcp, true)).toBe('deny')
    expect(permissionOf('all', 'run', { kind: 'workspace' }, false)).toBe('allow')
  })
})
