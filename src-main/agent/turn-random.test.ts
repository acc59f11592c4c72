/** The turn machine's promises under random interleavings of answers, checks, approvals, results, messages of the person, failures and stops. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { mulberry32 } from '../../src-shared/testing/random.ts'
import type { ModelMessage } from '../api/ports.ts'
import { historyRefusals } from '../api/wires/testing/valid-history.ts'
import { answeredMessages } from './runner-parts.ts'
import { NEW_TURN, step } from './turn.ts'
import { TURN_LIMITS, type CallFacts, type TurnEffect, type TurnEvent, type Verdict } from './turn-state.ts'

const AT = 1_000
const facts = (risk: CallFacts['risk']): CallFacts => ({ name: 'tool', origin: { kind: 'workspace' }, risk, summary: 'a thing', diff: null })
const call = (key: string, argumentsText: string): TurnEvent => ({ type: 'tool-call', key, callId: `id_${key}`, name: 'tool', argumentsText, facts: null })
const checked = (key: string, verdict: Verdict['kind'], risk: CallFacts['risk']): TurnEvent => ({
  type: 'checked', key, facts: facts(risk), at: AT, verdict: verdict === 'refuse' ? { kind: 'refuse', status: 'failed', text: 'no such thing' } : { kind: verdict },
})
const result = (key: string, text = `result of ${key}`, isError = false): TurnEvent => ({ type: 'tool-finished', key, at: AT, outcome: { text, isError, bytes: text.length, images: [] } })
const failed = (error: AppError): TurnEvent => ({ type: 'model-failed', error: error.toData(), at: AT, random: 0.5 })
const finished: TurnEvent = { type: 'model-finished', reason: 'end' }

interface Seen {
  permitted: Set<string>
  ran: Set<string>
  results: Map<string, string>
  finishes: number
}

/** Plays one random turn: every effect becomes work that finishes at a random time, with noise in between. */
function randomTurn(seed: number): void {
  const next = mulberry32(seed)
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)]
  const risks = ['read', 'write', 'run', 'unknown'] as const
  const work: (() => TurnEvent[])[] = []
  const seen: Seen = { permitted: new Set(), ran: new Set(), results: new Map(), finishes: 0 }
  let state = NEW_TURN
  let calls = 0
  let keys: string[] = []
  // As the runner keeps it: what was said up to this model call, what it says now, and what the person wrote meanwhile.
  let messages: ModelMessage[] = [{ role: 'user', text: 'go' }]
  let stepText = ''
  let queue: string[] = []
  let written = 0
  const askModel = (): void => {
    if (state.attempt === 0) messages = [...messages, ...saidNow(stepText, state.answered)]
    stepText = ''
    messages = [...messages, ...queue.map((text): ModelMessage => ({ role: 'user', text }))]
    queue = []
    expect(historyRefusals(messages), `seed ${seed}, step ${state.step}`).toEqual([])
  }

  const modelAnswer = (): TurnEvent[] => {
    if (next() < 0.1) return [failed(new AppError(next() < 0.7 ? 'api.server-error' : 'api.bad-request'))]
    const events: TurnEvent[] = next() < 0.5 ? [{ type: 'text' }] : []
    for (let count = Math.floor(next() * 4); count > 0; count -= 1) {
      keys.push(`k${(calls += 1)}`)
      events.push(call(`k${calls}`, next() < 0.2 ? '{"same":1}' : `{"n":${calls}}`))
    }
    events.push(next() < 0.07 ? failed(new AppError('stream.cut')) : finished)
    return events
  }
  const perform = (effect: TurnEffect): void => {
    if (effect.type === 'callModel') {
      askModel()
      work.push(modelAnswer)
    }
    if (effect.type === 'waitRetry') work.push(() => [{ type: 'retry-due' }])
    if (effect.type === 'check') {
      work.push(() => {
        const verdict = pick(['allow', 'ask', 'refuse'] as const) ?? 'ask'
        if (verdict === 'allow') seen.permitted.add(effect.key)
        return [checked(effect.key, verdict, pick(risks) ?? 'unknown')]
      })
    }
    if (effect.type === 'ask') {
      seen.permitted.delete(effect.key)
      work.push(() => {
        if (next() < 0.4) return [{ type: 'denied', key: effect.key, note: '', at: AT }]
        seen.permitted.add(effect.key)
        return [{ type: 'approved', key: effect.key, at: AT }]
      })
    }
    if (effect.type === 'runTool') {
      expect(seen.permitted.has(effect.key), `seed ${seed}: ${effect.key} ran without permission`).toBe(true)
      expect(seen.ran.has(effect.key), `seed ${seed}: ${effect.key} ran twice`).toBe(false)
      seen.ran.add(effect.key)
      work.push(() => [result(effect.key, `result of ${effect.key}`, next() < 0.2)])
    }
    if (effect.type === 'finish') seen.finishes += 1
  }
  const take = (event: TurnEvent): void => {
    const before = state
    if (event.type === 'text' && before.phase === 'calling') stepText += 'some words'
    const stepped = step(before, event)
    state = stepped.state
    if (before.phase === 'ended') expect(stepped).toEqual({ state: before, effects: [] })
    for (const one of [...state.answered, ...state.calls]) {
      if (!one.result) continue
      const kept = seen.results.get(one.key)
      if (kept !== undefined) expect(one.result.text).toBe(kept)
      seen.results.set(one.key, one.result.text)
    }
    const changing = state.calls.filter((one) => one.phase === 'running' && one.facts?.risk !== 'read')
    expect(changing.length, `seed ${seed}: two changes at once`).toBeLessThanOrEqual(1)
    if (state.step > before.step) {
      expect(state.answered.map((one) => one.key)).toEqual(keys)
      expect(state.answered.every((one) => one.result)).toBe(true)
      keys = []
    }
    for (const effect of stepped.effects) perform(effect)
  }

  take({ type: 'begin' })
  for (let turns = 0; turns < 600 && !state.outcome; turns += 1) {
    if (next() < 0.01) take({ type: 'stop', status: 'stopped', at: AT })
    if (next() < 0.08) {
      queue.push(`message ${(written += 1)}`)
      take({ type: 'steer' })
    }
    if (next() < 0.1) take(pick([result('k1'), { type: 'approved', key: 'nobody', at: AT }, { type: 'retry-due' }, { type: 'begin' }] as const) ?? { type: 'begin' })
    const index = Math.floor(next() * work.length)
    const [chosen] = work.splice(index, 1)
    if (chosen) for (const event of chosen()) take(event)
    else expect(state.outcome, `seed ${seed}: nothing left to do, yet not ended`).not.toBeNull()
  }
  if (!state.outcome) take({ type: 'stop', status: 'stopped', at: AT })
  expect(seen.finishes, `seed ${seed}`).toBe(1)
  expect(state.calls.every((one) => one.phase === 'settled' && one.result), `seed ${seed}: a call has no result`).toBe(true)
  expect(seen.results.size, `seed ${seed}`).toBe(state.toolCalls)
  const kept = [...messages, ...saidNow(stepText, state.calls)]
  expect(historyRefusals([...kept, { role: 'user', text: 'the next prompt' }]), `seed ${seed}: the history it leaves`).toEqual([])
  const delivered = messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).slice(1)
  expect([...delivered, ...queue], `seed ${seed}: what the person wrote`).toEqual(Array.from({ length: written }, (_one, index) => `message ${index + 1}`))
  if (state.outcome?.status === 'done' && state.step + 1 < TURN_LIMITS.maxSteps) expect(queue, `seed ${seed}: a message was left behind`).toEqual([])
}

/** What one model call added to the conversation. */
function saidNow(text: string, calls: Parameters<typeof answeredMessages>[1]): ModelMessage[] {
  if (calls.length > 0) return answeredMessages(text, calls)
  return text === '' ? [] : [{ role: 'assistant', text, toolCalls: [] }]
}

describe('whatever happens in whatever order', () => {
  it('every call gets one result, in order, and nothing runs unasked (1,000 random turns)', () => {
    for (let seed = 1; seed <= 1_000; seed += 1) randomTurn(seed)
  })
})
