/** The bad days of the table through one kind of upstream. Each has a gateway of its own: a breaker that opened for one must not be another’s finding. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, errorAnswer } from '../../../src-gateway/testing/scripted-servers/script.ts'
import type { KindName } from '../../../src-gateway/testing/scripted-servers/server.ts'
import { until } from '../../fixtures/until.ts'
import { startClaude } from './claude.ts'
import { startCodex } from './codex.ts'
import { expectCleanUpstream, expectNoCharge, expectStopped } from './expect.ts'
import { createHome, type Home } from './home.ts'
import { programs } from './programs.ts'
import type { RunningProgram } from './run-program.ts'
import { textTurn } from './scenes.ts'
import { CODEX_TABLE } from './table.ts'
import { createWorld, type World } from './world.ts'

interface Client {
  name: string
  model: string
  start(home: Home, world: World, retries?: number): RunningProgram
  /** What the person reads. */
  reads: Readonly<Record<'wallet' | 'error' | 'cut', RegExp>>
}

/** Every row of the table: errors must look the same whatever dialect the model's name chooses. */
const CODEX: readonly Client[] = CODEX_TABLE.filter(({ failures }) => failures === true).map(({ model, inCatalogue }) => ({
  name: `Codex with ${model}`, model,
  start: (home, { gateway }, retries = 0) => startCodex(home, { program: programs().codex, baseUrl: `${gateway.url}/v1`, token: gateway.token, model, inCatalogue, prompt: 'Say the word', retries }),
  reads: {
    wallet: /402 Payment Required.*credit/i,
    // Codex has words of its own for a 500.
    error: /high demand|unexpected status 50\d/i,
    cut: /disconnected|cut|broke|closed|error/i,
  },
}))

const CLIENTS: readonly Client[] = [
  ...CODEX,
  {
    name: 'Claude Code', model: 'claude-opus-4-8',
    start: (home, { gateway }, retries = 0) => startClaude(home, { program: programs().claude, origin: gateway.url, token: gateway.token, model: 'claude-opus-4-8', prompt: 'Say the word', retries }),
    reads: { wallet: /credit/i, error: /500|502|server error|overloaded/i, cut: /error|connection|cut/i },
  },
]

/** As many words as make a stream that lasts some seconds. */
const LONG = Array.from({ length: 400 }, (_, at) => `word${at}`).join(' ')

export function failureJourneys(kind: KindName): void {
  describe.each(CLIENTS)(`bad days: $name, upstream ${kind}`, ({ model, start, reads }) => {
    let world: World | null = null
    let home: Home
    const open = async (credit?: number): Promise<World> => {
      world = await createWorld(kind, credit === undefined ? {} : { credit })
      return world
    }
    beforeEach(() => {
      home = createHome()
    })
    afterEach(async () => {
      home.remove()
      await world?.close()
      world = null
    })
    it('abort: the upstream is let go and what was delivered is billed', async () => {
      const here = await open()
      here.upstream.play(() => answer([{ type: 'text', text: LONG, deltas: 200 }], { delayMs: 50 }))
      const client = start(home, here)
      await until('the answer to be on its way', () => (here.upstream.calls.at(-1)?.asked.written ?? 0) >= 20, 30_000)
      client.interrupt()
      await client.done
      expectCleanUpstream(here)
      await expectStopped(here, LONG, 200)
    })
    it('empty wallet: 402 before the upstream is asked', async () => {
      const here = await open(0)
      here.upstream.play([])
      const run = await start(home, here).done
      expect(run.code).not.toBe(0)
      expect(run.stdout + run.stderr).toMatch(reads.wallet)
      expect(here.upstream.calls).toEqual([])
      await expectNoCharge(here)
    })
    it('busy: 429 with Retry-After, and the next try is answered and billed once', async () => {
      const here = await open()
      const answered = textTurn('plover')
      here.upstream.play((call) => (call.number === 0 ? errorAnswer(429, { headers: { 'retry-after': '1' } }) : answered(call)))
      const run = await start(home, here, 4).done
      expect(here.upstream.calls.length).toBe(2)
      await expectGoodTurnAfter(here, run, model)
    })
    it('upstream 500: the client says so and nothing is charged', async () => {
      const here = await open()
      here.upstream.play(() => errorAnswer(500))
      const run = await start(home, here).done
      expect(run.code).not.toBe(0)
      expect(run.stdout + run.stderr).toMatch(reads.error)
      expectCleanUpstream(here)
      await expectNoCharge(here)
    })
    it('cut stream: the client says so, does not take it for an answer, and nothing is charged', async () => {
      const here = await open()
      here.upstream.play(() => answer([{ type: 'text', text: LONG, deltas: 20 }], { cutAfter: 8 }))
      const run = await start(home, here).done
      expect(run.code).not.toBe(0)
      expect(run.stdout + run.stderr).toMatch(reads.cut)
      expectCleanUpstream(here)
      await expectNoCharge(here)
    })
  })
}

/** The refused try left no charge; the answered one is whole. */
async function expectGoodTurnAfter(world: World, run: Awaited<RunningProgram['done']>, model: string): Promise<void> {
  const billed = (await world.billed()).filter((receipt) => receipt.charged_micro_usd > 0)
  expect(billed).toMatchObject([{ model, outcome: 'finished' }])
  expect(run.code, run.stderr).toBe(0)
  expect(run.stdout).toContain('The word is plover.')
}
