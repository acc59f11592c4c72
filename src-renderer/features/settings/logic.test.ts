/** A chosen model never vanishes from its list. */
import { describe, expect, it } from 'vitest'
import { encodeReach } from '../../../src-shared/domain/rule-reach.ts'
import { modelOptions, ruleWords } from './logic.ts'

const model = { id: 'm', name: 'M', wires: [], contextWindow: null, practice: false, rate: null }

describe('modelOptions', () => {
  it('keeps a chosen model that this gateway does not list', () => {
    expect(modelOptions([model], 'gone').map((option) => option.value)).toEqual(['gone', 'm'])
    expect(modelOptions([model], 'm').map((option) => option.value)).toEqual(['m'])
  })
  it('says that practice is not an AI, once', () => {
    expect(modelOptions([{ ...model, name: 'M (not an AI)', practice: true }], null)[0]?.detail).not.toContain('not an AI')
    expect(modelOptions([{ ...model, practice: true }], null)[0]?.detail).toContain('not an AI')
  })
})

describe('ruleWords', () => {
  const words = (fingerprint: string, tool = 'run') => ruleWords({ server: 'workspace:/p', tool, fingerprint, at: 1 }, () => null)
  it('says what a rule covers and where', () => {
    expect(words(`${encodeReach({ kind: 'command', command: 'ls', cwd: '.', background: false })} run`)).toEqual({ what: 'ls', where: 'runs in /p' })
    expect(words(`${encodeReach({ kind: 'prefix', prefix: 'npm test', cwd: 'web', background: true })} run`)).toEqual({ what: 'npm test …', where: 'commands that begin so run in web in /p, in the background' })
    expect(words(`${encodeReach({ kind: 'host', host: 'a.example' })} unknown`, 'fetch')).toEqual({ what: 'fetch from a.example', where: 'in /p' })
    expect(words('v1 write', 'write')).toEqual({ what: 'write', where: 'in /p' })
    expect(words('v1:npm test run').where).toContain('asks again')
  })
})
