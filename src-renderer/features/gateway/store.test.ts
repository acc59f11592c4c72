/** Requests keep their place while they run, newest first; what is kept has an end. */
import { describe, expect, it } from 'vitest'
import { LIVE_LINES, LIVE_REQUESTS, type GatewayLogLine, type GatewayRequest } from '../../../src-shared/domain/gateway.ts'
import { applyLive, initialGateway } from './store.ts'

const request = (id: string, more: Partial<GatewayRequest> = {}): GatewayRequest => ({
  id, requestId: `r${id}`, account: 'ada', key: null, wire: 'messages', model: 'm', upstreamId: null, upstreamModel: null, state: 'calling', startedAt: 1,
  firstByteMs: null, durationMs: null, inputTokens: null, outputTokens: null, chargedMicro: null, estimated: false, status: null, note: null, ...more,
})
const line = (at: number): GatewayLogLine => ({ at, level: 'info', event: 'e', fields: [] })
const ids = (state: typeof initialGateway): string[] => state.requests.map((one) => one.id)

describe('applyLive', () => {
  it('puts new requests first and changes known ones where they stand', () => {
    const first = applyLive(initialGateway, { reset: true, requests: [request('1'), request('2')], lines: [] })
    expect([ids(first), first.listed]).toEqual([['2', '1'], true])
    const next = applyLive(first, { reset: false, requests: [request('1', { state: 'finished' }), request('3')], lines: [] })
    expect(ids(next)).toEqual(['3', '2', '1'])
    expect(next.requests[2]?.state).toBe('finished')
  })
  it('forgets all with a reset', () => {
    const before = applyLive(initialGateway, { reset: true, requests: [request('1')], lines: [line(1)] })
    expect(applyLive(before, { reset: true, requests: [request('9')], lines: [] })).toMatchObject({ requests: [{ id: '9' }], lines: [] })
  })
  it('leaves the state alone for an empty batch, such as the snapshot', () => {
    expect(applyLive(initialGateway, { reset: false, requests: [], lines: [] })).toBe(initialGateway)
  })
  it('keeps the newest of many', () => {
    let state = initialGateway
    for (let batch = 0; batch < 8; batch += 1) {
      const requests = Array.from({ length: 100 }, (_, index) => request(String(batch * 100 + index)))
      state = applyLive(state, { reset: batch === 0, requests, lines: requests.map((_, index) => line(batch * 100 + index)) })
    }
    expect([state.requests.length, state.requests[0]?.id]).toEqual([LIVE_REQUESTS, '799'])
    expect([state.lines.length, state.lines.at(-1)?.at]).toEqual([LIVE_LINES, 799])
  })
})
