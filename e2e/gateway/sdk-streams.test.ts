/** Streams under strain, as the official SDKs read them: cut anywhere, huge, many at a time, and given up before the first byte. */
import { describe, expect, it } from 'vitest'
import { answer } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { until } from '../fixtures/until.ts'
import { expectCleanUpstream, expectNoCharge } from './rig/expect.ts'
import { rejection, STREAM_WAYS, worldOf } from './rig/sdk-world.ts'

const WAYS = Object.entries(STREAM_WAYS)
const ODD = 'Zwölf Boxkämpfer 🥊 sagen „hallo“,\r\n\t\\"quoted\\" \u2028 data: x\n\nevent: y — 漢字 👩‍👩‍👧‍👦 end'
const HUGE = Array.from({ length: 60_000 }, (_, at) => `word ${at};`).join(' ')

describe.each(KINDS)('streams, upstream %s', (kind) => {
  const here = worldOf(kind)
  it.each(WAYS)('%s: cut into pieces of 3 bytes, no character is lost', async (_name, read) => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'reasoning', text: ODD }, { type: 'text', text: ODD, deltas: 9 }], { dripBytes: 3 }))
    expect(await read(world)).toBe(ODD)
    expectCleanUpstream(world)
  })
  it.each(WAYS)('%s: 700 KB in 3,000 pieces', async (_name, read) => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: HUGE, deltas: 3000 }]))
    expect(await read(world)).toBe(HUGE)
    expectCleanUpstream(world)
  })
  it('20 at a time on each wire: nobody gets another’s words', async () => {
    const world = here()
    world.upstream.play((call) => answer([{ type: 'text', text: Array.from({ length: 50 }, (_, at) => `${call.number}-${at}`).join(' '), deltas: 50 }], { delayMs: 2 }))
    const texts = await Promise.all(WAYS.flatMap(([, read]) => Array.from({ length: 20 }, () => read(world))))
    const numbers = texts.map((text) => Number(text.split('-')[0]))
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at))
    texts.forEach((text, index) => expect(text).toBe(Array.from({ length: 50 }, (_, at) => `${numbers[index] ?? ''}-${at}`).join(' ')))
    expectCleanUpstream(world)
    expect(await world.billed()).toHaveLength(60)
  })
  it.each(WAYS)('%s: given up before the first byte, the upstream is let go and nothing is charged', async (_name, read) => {
    const world = here()
    world.upstream.play(() => ({ type: 'hang' }))
    const stop = new AbortController()
    const reading = rejection(read(world, stop.signal))
    await until('the upstream to be asked', () => world.upstream.calls.length === 1)
    stop.abort()
    await reading
    await until('the upstream’s connection to be closed', () => world.upstream.asked.at(-1)?.closed === true)
    await expectNoCharge(world)
  })
})
