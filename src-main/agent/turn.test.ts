/** The turn machine: every rule by example. Its promises under random interleavings are in turn-random.test.ts. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { NEW_TURN, step, turnStatus } from './turn.ts'
import { TURN_LIMITS, type CallFacts, type TurnEffect, type TurnEvent, type TurnState, type Verdict } from './turn-state.ts'

const AT = 1_000
const facts = (risk: CallFacts['risk'] = 'read'): CallFacts => ({ name: 'tool', origin: { kind: 'workspace' }, risk, summary: 'a thing', diff: null })
const call = (key: string, args = `{"n":"${key}"}`, name = 'tool'): TurnEvent => ({ type: 'tool-call', key, callId: `id_${key}`, name, argumentsText: args, facts: null })
const checked = (key: string, verdict: Verdict['kind'] | Verdict = 'allow', risk: CallFacts['risk'] = 'read'): TurnEvent => ({
  type: 'checked', key, facts: facts(risk), at: AT,
  verdict: typeof verdict === 'object' ? verdict : verdict === 'refuse' ? { kind: 'refuse', status: 'failed', text: 'no such thing' } : { kind: verdict },
})
const result = (key: string, text = `result of ${key}`, isError = false): TurnEvent => ({ type: 'tool-finished', key, at: AT, outcome: { text, isError, bytes: text.length, images: [] } })
const failed = (error: AppError): TurnEvent => ({ type: 'model-failed', error: error.toData(), at: AT, random: 0.5 })
const finished: TurnEvent = { type: 'model-finished', reason: 'end' }

/** Feeds events; gives the last state and all effects as short words. */
function play(events: readonly TurnEvent[], from: TurnState = NEW_TURN): { state: TurnState; effects: string[]; last: string[] } {
  let state = from
  const effects: string[] = []
  let last: string[] = []
  for (const event of events) {
    const stepped = step(state, event)
    state = stepped.state
    last = stepped.effects.map(word)
    effects.push(...last)
  }
  return { state, effects, last }
}
function word(effect: TurnEffect): string {
  if (effect.type === 'finish') return `finish ${effect.status}${effect.error ? ` ${effect.error.code}` : ''}`
  if (effect.type === 'waitRetry') return `wait ${effect.ms}`
  return 'key' in effect ? `${effect.type} ${effect.key}` : effect.type
}
const texts = (state: TurnState): (string | undefined)[] => state.calls.map((one) => one.result?.text)

describe('a turn without tools', () => {
  it('calls the model once and is done', () => {
    expect(play([{ type: 'begin' }, { type: 'text' }, { type: 'text' }, finished]).effects).toEqual(['callModel', 'finish done'])
  })
  it('does not take a cut or refused answer for a whole one', () => {
    expect(play([{ type: 'begin' }, { type: 'text' }, { type: 'model-finished', reason: 'length' }]).last).toEqual(['finish failed turn.answer-cut'])
    expect(play([{ type: 'begin' }, { type: 'model-finished', reason: 'refused' }]).last).toEqual(['finish failed turn.refused'])
    // Calls of a cut answer are still answered: a broken one with an error.
    expect(play([{ type: 'begin' }, call('a'), { type: 'model-finished', reason: 'length' }]).last).toEqual(['check a'])
  })
  it('begins once', () => {
    expect(play([{ type: 'begin' }, { type: 'begin' }]).effects).toEqual(['callModel'])
  })
})

describe('a message while it runs', () => {
  const steer: TurnEvent = { type: 'steer' }
  it('that comes before the last answer gives one more step; one that went along with a call does not', () => {
    expect(play([{ type: 'begin' }, { type: 'text' }, steer, finished, { type: 'text' }, finished]).effects).toEqual(['callModel', 'callModel', 'finish done'])
    expect(play([{ type: 'begin' }, call('a'), finished, checked('a'), steer, result('a'), { type: 'text' }, finished]).effects)
      .toEqual(['callModel', 'check a', 'runTool a', 'callModel', 'finish done'])
  })
  it('changes nothing for a turn that is over, or that may take no more steps', () => {
    const over = play([{ type: 'begin' }, finished]).state
    expect(step(over, steer)).toEqual({ state: over, effects: [] })
    const last = { ...play([{ type: 'begin' }, steer]).state, step: TURN_LIMITS.maxSteps - 1 }
    expect(play([finished], last).effects).toEqual(['finish done'])
  })
})

describe('a circle of changes', () => {
  const round = (key: string, args: string): TurnEvent[] => [call(key, args, 'edit'), finished, checked(key, 'allow', 'write'), result(key, 'edited')]
  it('is asked about in its third round, and ends the turn in its fifth', () => {
    const there = (n: number): TurnEvent[] => round(`a${n}`, '{"from":"x","to":"y"}')
    const back = (n: number): TurnEvent[] => round(`b${n}`, '{"from":"y","to":"x"}')
    const two = play([{ type: 'begin' }, ...there(1), ...back(1), ...there(2), ...back(2)])
    expect(two.effects).not.toContain('ask b2')
    const third = play([call('a3', '{"to":"y","from":"x"}', 'edit'), finished, checked('a3', 'allow', 'write')], two.state)
    expect(third.last).toEqual(['ask a3'])
    // A person who allows it has seen it.
    const allowed = play([{ type: 'approved', key: 'a3', at: AT }, result('a3', 'edited'), ...back(3)], third.state)
    expect(allowed.effects).not.toContain('ask b3')
  })
})

describe('two calls, one approval', () => {
  const asked: readonly TurnEvent[] = [{ type: 'begin' }, call('b'), call('a'), finished]
  it('runs the allowed one while the other waits, and answers in call order', () => {
    const first = play([...asked, checked('b', 'ask', 'write'), checked('a')])
    expect(first.effects).toEqual(['callModel', 'check b', 'check a', 'ask b', 'runTool a'])
    expect(turnStatus(first.state)).toBe('waiting')
    const second = play([result('a')], first.state)
    expect(second.effects).toEqual([])
    const third = play([{ type: 'approved', key: 'b', at: AT }], second.state)
    expect(third.effects).toEqual(['runTool b'])
    expect(turnStatus(third.state)).toBe('running')
    const fourth = play([result('b')], third.state)
    expect(fourth.effects).toEqual(['callModel'])
    expect(fourth.state.answered.map((one) => [one.callId, one.result?.text])).toEqual([['id_b', 'result of b'], ['id_a', 'result of a']])
    expect(fourth.state.toolCalls).toBe(2)
  })
  it('does not start a tool before the answer is complete', () => {
    expect(play(asked.slice(0, 3)).effects).toEqual(['callModel'])
  })
  it('gives the model the note of a denial, and goes on', () => {
    const { effects, state } = play([...asked, checked('b', 'ask', 'write'), checked('a'), result('a'), { type: 'denied', key: 'b', note: ' rather not ', at: AT }])
    expect(effects.at(-1)).toBe('callModel')
    expect(state.answered[0]?.result).toMatchObject({ status: 'denied', isError: true, denyNote: 'rather not', text: 'The person denied this call. They said: rather not' })
  })
  it('takes an answer for a call that does not wait for nothing', () => {
    const before = play([...asked, checked('b', 'ask', 'write')]).state
    for (const event of [{ type: 'approved', key: 'a', at: AT }, { type: 'approved', key: 'zzz', at: AT }, { type: 'denied', key: 'a', note: '', at: AT }, result('b'), result('zzz')] as const) {
      expect(step(before, event)).toEqual({ state: before, effects: [] })
    }
  })
})

describe('order', () => {
  it('runs reads at once and changes one after the other', () => {
    const asked = play([{ type: 'begin' }, call('w1'), call('r'), call('w2'), finished, checked('w2', 'allow', 'run'), checked('r')])
    expect(asked.effects.slice(-1)).toEqual(['runTool r'])
    const first = play([checked('w1', 'allow', 'write')], asked.state)
    expect(first.effects).toEqual(['runTool w1'])
    expect(play([result('w1')], first.state).effects).toEqual(['runTool w2'])
  })
  it('runs the calls of MCP servers one after the other, also those that only read', () => {
    const hosted = (key: string): TurnEvent => ({ type: 'checked', key, facts: { ...facts('read'), origin: { kind: 'mcp', serverId: 's', serverName: 'S' } }, at: AT, verdict: { kind: 'allow' } })
    const asked = play([{ type: 'begin' }, call('m1'), call('m2'), call('r'), finished, hosted('m1'), hosted('m2'), checked('r')])
    expect(asked.effects.slice(-2)).toEqual(['runTool m1', 'runTool r'])
    expect(play([result('m1')], asked.state).effects).toEqual(['runTool m2'])
  })
  it('a refused call holds nothing up', () => {
    const { effects } = play([{ type: 'begin' }, call('x'), call('w'), finished, checked('w', 'allow', 'write'), checked('x', 'refuse', 'unknown')])
    expect(effects.slice(-1)).toEqual(['runTool w'])
  })
})

describe('stopping', () => {
  it('cuts off what runs and gives every call a result', () => {
    const { state, last } = play([{ type: 'begin' }, call('a'), call('b'), call('c'), finished, checked('a'), checked('b', 'ask', 'write'), result('a'), { type: 'stop', status: 'stopped', at: AT }])
    expect(last).toEqual(['abort', 'finish stopped'])
    expect(state.calls.map((one) => one.result?.status)).toEqual(['done', 'cancelled', 'cancelled'])
    expect(turnStatus(state)).toBe('stopped')
    expect(play([result('c'), { type: 'approved', key: 'b', at: AT }, { type: 'stop', status: 'stopped', at: AT }], state).effects).toEqual([])
  })
  it('works before the first word, in the middle of one and while waiting to try again', () => {
    expect(play([{ type: 'begin' }, { type: 'stop', status: 'stopped', at: AT }]).last).toEqual(['abort', 'finish stopped'])
    expect(play([{ type: 'begin' }, call('a'), { type: 'stop', status: 'interrupted', at: AT }]).last).toEqual(['abort', 'finish interrupted turn.interrupted'])
    const waiting = play([{ type: 'begin' }, failed(new AppError('gateway.timeout')), { type: 'stop', status: 'stopped', at: AT }])
    expect(waiting.last).toEqual(['abort', 'finish stopped'])
    expect(play([{ type: 'retry-due' }], waiting.state).effects).toEqual([])
  })
})

describe('a failing model call', () => {
  it('is tried again four times, each wait twice as long', () => {
    const broken = failed(new AppError('gateway.unreachable'))
    const due: TurnEvent = { type: 'retry-due' }
    expect(play([{ type: 'begin' }, broken, due, broken, due, broken, due, broken, due, broken]).effects).toEqual([
      'callModel', 'wait 500', 'callModel', 'wait 1000', 'callModel', 'wait 2000', 'callModel', 'wait 4000', 'callModel', 'abort', 'finish failed gateway.unreachable',
    ])
  })
  it('is not tried again after text or a call', () => {
    expect(play([{ type: 'begin' }, { type: 'text' }, failed(new AppError('stream.cut'))]).last).toEqual(['abort', 'finish failed stream.cut'])
    const { state, last } = play([{ type: 'begin' }, call('a'), failed(new AppError('stream.cut'))])
    expect(last).toEqual(['abort', 'finish failed stream.cut'])
    expect(texts(state)).toEqual(['The call was not run: the answer that asked for it broke off.'])
  })
  it('starts counting anew with the next step', () => {
    const { effects } = play([{ type: 'begin' }, failed(new AppError('api.server-error')), { type: 'retry-due' }, call('a'), finished, checked('a'), result('a'), failed(new AppError('api.server-error'))])
    expect(effects.at(-1)).toBe('wait 500')
  })
})

describe('going in circles', () => {
  const round = (key: string, verdict: Verdict['kind'] = 'allow', args = '{"b":1,"a":2}'): TurnEvent[] => [call(key, args), finished, checked(key, verdict)]
  it('asks at the third identical call, whatever the order of its arguments', () => {
    const twice = play([{ type: 'begin' }, ...round('1'), result('1'), ...round('2', 'allow', '{"a":2,"b":1}'), result('2')])
    const third = play(round('3'), twice.state)
    expect(third.last).toEqual(['ask 3'])
    expect(third.state.calls[0]?.facts?.summary).toBe('Asked for 3 times: a thing')
    const denied = play([{ type: 'denied', key: '3', note: '', at: AT }, ...round('4')], third.state)
    expect(denied.last).toEqual(['ask 4'])
    const fifth = play([{ type: 'denied', key: '4', note: '', at: AT }, call('5', '{"a":2,"b":1}'), finished], denied.state)
    expect(fifth.last).toEqual(['abort', 'finish failed turn.too-many-steps'])
    expect(play([{ type: 'approved', key: '3', at: AT }, result('3'), ...round('6')], third.state).last).toEqual(['runTool 6'])
  })
  it('does not mind a test that runs again after each change', () => {
    let state = play([{ type: 'begin' }]).state
    for (let index = 0; index < 6; index += 1) {
      const edit: TurnEvent[] = [call(`e${index}`), finished, checked(`e${index}`, 'allow', 'write'), result(`e${index}`)]
      const test: TurnEvent[] = [call(`t${index}`, '{"command":"npm test"}'), finished, checked(`t${index}`, 'allow', 'run')]
      const played = play([...edit, ...test], state)
      expect(played.last).toEqual([`runTool t${index}`])
      state = play([result(`t${index}`)], played.state).state
    }
  })
  it('notices two calls taking turns', () => {
    let state = play([{ type: 'begin' }]).state
    for (const key of ['a1', 'b1', 'a2', 'b2']) state = play([call(key, `"${key[0] ?? ''}"`), finished, checked(key), result(key)], state).state
    expect(play([call('a3', '"a"'), finished, checked('a3')], state).last).toEqual(['ask a3'])
  })
  it('ends after so many model calls', () => {
    let state = play([{ type: 'begin' }]).state
    const effects: string[] = ['callModel']
    for (let index = 0; !state.outcome; index += 1) {
      const played = play([call(`c${index}`), finished, checked(`c${index}`), result(`c${index}`)], state)
      state = played.state
      effects.push(...played.effects)
    }
    expect(effects.filter((one) => one === 'callModel')).toHaveLength(TURN_LIMITS.maxSteps)
    expect(state.outcome).toMatchObject({ status: 'failed', error: { code: 'turn.too-many-steps', fields: { steps: TURN_LIMITS.maxSteps } } })
  })
})
