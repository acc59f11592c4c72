/** What a rule reaches is kept without two reaches ever looking the same. */
import { describe, expect, it } from 'vitest'
import { decodeReach, encodeReach, type RuleReach } from './rule-reach.ts'

const parts = ['', '.', 'npm test', 'in "vendor" : x', 'a run', 'host b', '","', '\\', '\n', ': ']
const all: RuleReach[] = [{ kind: 'tool' }, ...parts.flatMap((host): RuleReach[] => [{ kind: 'host', host }]),
  ...parts.flatMap((text) => parts.flatMap((cwd) => [true, false].flatMap((background): RuleReach[] => [{ kind: 'command', command: text, cwd, background }, { kind: 'prefix', prefix: text, cwd, background }])))]

describe('the reach of a rule', () => {
  it('comes back as it was, and no two are kept alike', () => {
    for (const reach of all) expect(decodeReach(`${encodeReach(reach)} run`)).toEqual({ reach, risk: 'run' })
    expect(new Set(all.map(encodeReach)).size).toBe(all.length)
  })
  it('of an earlier version keeps the whole tool, and lapses where it could mean two things', () => {
    expect(decodeReach('v1 write')).toEqual({ reach: { kind: 'tool' }, risk: 'write' })
    for (const old of ['v1:npm test run', 'v1:in "a" : x run', 'v1:host a.example unknown', 'v2:["command",1] run', 'v2:oops run']) expect(decodeReach(old).reach.kind).toBe('lapsed')
    expect(all.map((reach) => `${encodeReach(reach)} run`)).not.toContain('v1:npm test run')
  })
})
