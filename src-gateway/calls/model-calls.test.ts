/** What HTTP tests cannot bring about: a bill that cannot be written, a call that is stopped before anyone looked at it. */
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../ledger/ledger.ts'
import type { Receipt } from '../ledger/receipt.ts'
import type { Prices } from '../ledger/prices.ts'
import type { TurnEvent } from '../translate/turn.ts'
import type { Catalogue } from '../upstreams/catalogue.ts'
import type { CatalogueModel } from '../upstreams/upstream.ts'
import { createModelCalls, type CallRequest } from './model-calls.ts'

const RATE = { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 }

function setUp(options: { settle?: () => Receipt } = {}) {
  const did: string[] = []
  const logged: string[] = []
  const ledger: Ledger = {
    balance: () => 1_000_000,
    credit: () => { throw new Error('unexpected') },
    open: () => void did.push('open'),
    settle: (_id, usage, outcome) => {
      did.push(`settle ${outcome} ${usage.outputTokens}`)
      if (options.settle) return options.settle()
      return { responseId: 'r', accountId: 'a', requestId: 'q', model: 'm', status: 'charged', outcome, priceMode: 'standard', rate: RATE, ...usage, costMicro: 1, chargedMicro: 1, balanceAfterMicro: 1, arrivedAt: 0 }
    },
    cancel: (_id, outcome) => void did.push(`cancel ${outcome}`),
    closeInterrupted: () => { throw new Error('unexpected') },
  }
  let wasAborted = false
  async function* stream(_call: unknown, signal: AbortSignal): AsyncGenerator<TurnEvent> {
    signal.addEventListener('abort', () => (wasAborted = true))
    yield { type: 'text', text: 'twelve chars' }
    yield { type: 'text', text: 'twelve more.' }
    yield { type: 'finish', reason: 'end' }
  }
  const model: CatalogueModel = { id: 'm', upstreamModel: 'm', name: 'M', description: null, provider: 'p', contextWindow: null, practice: false, billing: 'mode', upstream: { id: 'u', countsCharacters: true, stream } }
  const catalogue: Catalogue = { all: () => [model], find: (id) => (id === 'm' ? model : null) }
  const prices: Prices = { modeAt: () => ({ mode: 'standard', from: null, until: null, next: null }), rate: () => RATE, payload: () => { throw new Error('unexpected') } }
  const log = { info: () => {}, warn: () => {}, error: (event: string) => void logged.push(event) }
  const calls = createModelCalls({ catalogue, prices, ledger, ids: { next: (prefix) => `${prefix}1` }, log })
  const request = (signal = new AbortController().signal): CallRequest => ({
    account: { id: 'a', username: 'a', email: null, displayName: 'A', tier: 't', balanceMicro: 1, toolbox: 'stay' }, wire: 'messages', rawChatCompletions: null, requestId: 'q', arrivedAt: 0, signal,
    turn: { model: 'm', system: '', messages: [], tools: [], toolChoice: { kind: 'auto' }, maxTokens: null, temperature: null, stop: [] },
  })
  return { calls, request, did, logged, wasAborted: () => wasAborted }
}

describe('a call', () => {
  it('stopped before its first event was taken costs nothing and ends the upstream', async () => {
    const { calls, request, did, wasAborted } = setUp()
    const call = await calls.start(request())
    call.stop()
    call.stop()
    expect([did, wasAborted()]).toEqual([['open', 'cancel stopped'], true])
  })
  it('is paid before its caller learns that it is over', async () => {
    const { calls, request, did } = setUp()
    const seen: string[] = []
    for await (const event of (await calls.start(request())).events) seen.push(`${event.type} ${did.at(-1)}`)
    expect(seen).toEqual(['text open', 'text open', 'usage settle finished 6', 'finish settle finished 6'])
  })
  it('stopped in between pays for what was taken, once, whoever stops it', async () => {
    const { calls, request, did } = setUp()
    const hangUp = new AbortController()
    const call = await calls.start(request(hangUp.signal))
    for await (const event of call.events) {
      expect(event.type).toBe('text')
      break
    }
    hangUp.abort()
    call.stop()
    calls.stopAll()
    expect(did).toEqual(['open', 'settle stopped 3'])
  })
  it('whose caller had gone already never counts', async () => {
    const { calls, request, did } = setUp()
    await calls.start(request(AbortSignal.abort()))
    expect(did).toEqual(['open', 'cancel stopped'])
  })
  it('whose bill cannot be written fails when finished, and does not bring the process down when stopped', async () => {
    const full = (): Receipt => { throw new Error('disk full') }
    const finished = setUp({ settle: full })
    const call = await finished.calls.start(finished.request())
    const types: string[] = []
    await expect((async () => { for await (const event of call.events) types.push(event.type) })()).rejects.toThrow('disk full')
    expect(types).toEqual(['text', 'text'])
    const stopped = setUp({ settle: full })
    const hangUp = new AbortController()
    const second = await stopped.calls.start(stopped.request(hangUp.signal))
    const events = second.events[Symbol.asyncIterator]()
    await events.next()
    hangUp.abort()
    expect(stopped.logged).toEqual(['call.not-charged'])
  })
})
