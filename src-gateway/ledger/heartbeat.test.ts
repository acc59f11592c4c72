/** A beat does all it can, whatever part of it fails, and the end of the process waits for the beat that runs. */
import { describe, expect, it } from 'vitest'
import type { Log } from '../machine.ts'
import { beat, startHeartbeat } from './heartbeat.ts'

function fakes(fails: readonly string[] = []) {
  const did: string[] = []
  const logged: string[] = []
  const step = (name: string) => async (): Promise<void> => {
    did.push(name)
    if (fails.includes(name)) throw new Error(`${name} failed`)
  }
  const ledger = { renewLease: step('renew'), closeAbandoned: () => step('close')().then(() => 2), endLease: step('end') }
  const write = (event: string, fields?: Record<string, unknown>): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { info: write, warn: write, error: write }
  return { did, logged, ledger, log }
}

describe('a heartbeat', () => {
  it('renews and closes what was abandoned', async () => {
    const { did, logged, ledger, log } = fakes()
    await beat(ledger, log)
    expect([did, logged]).toEqual([['renew', 'close'], ['ledger.abandoned-calls-closed {"count":2}']])
  })
  it('goes on after what fails, and tells', async () => {
    const { did, logged, ledger, log } = fakes(['renew', 'close'])
    await beat(ledger, log)
    expect(did).toEqual(['renew', 'close'])
    expect(logged).toEqual(['renew', 'close'].map((name) => `ledger.heartbeat {"reason":"${name} failed"}`))
  })
  it('beats by itself, one at a time, and ends its lease when it is stopped, also when that fails', async () => {
    const { did, logged, ledger, log } = fakes(['end'])
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    let beats = 0
    const heart = startHeartbeat({ ...ledger, renewLease: () => ((beats += 1), held) }, log, 1)
    await expect.poll(() => beats, { interval: 1 }).toBe(1)
    const stopped = heart.stop()
    expect(did).toEqual([])
    release()
    await stopped
    expect([beats, did]).toEqual([1, ['close', 'end']])
    expect(logged.at(-1)).toBe('ledger.lease-not-ended {"reason":"end failed"}')
  })
})
