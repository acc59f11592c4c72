/** What every journey looks at: the upstream was asked properly and with its own key, and the ledger says the same as the upstream counted. */
import { expect } from 'vitest'
import { USAGE } from '../../../src-gateway/testing/scripted-servers/script.ts'
import { until } from '../../fixtures/until.ts'
import type { ProgramRun } from './run-program.ts'
import type { World } from './world.ts'

/** Nothing the upstream had to refuse, nothing the script was surprised by, and never the person's own token. */
export function expectCleanUpstream({ upstream, gateway }: World): void {
  expect({ refusals: upstream.refusals, problems: upstream.problems }).toEqual({ refusals: [], problems: [] })
  for (const asked of upstream.asked) {
    expect(JSON.stringify(asked.headers) + asked.raw.toString('utf8')).not.toContain(gateway.token)
    if (upstream.kind === 'ollama') continue
    expect(asked.headers['x-api-key'] ?? asked.headers.authorization).toMatch(/^(Bearer )?upstream-key$/)
  }
}

/** A good turn of `calls` model calls, each billed once by the upstream's own numbers. */
export async function expectGoodTurn(world: World, run: ProgramRun, { calls, model, says }: { calls: number; model: string; says: string }): Promise<void> {
  expectCleanUpstream(world)
  expect(run, `stderr: ${run.stderr}`).toMatchObject({ code: 0 })
  expect(run.stdout).toContain(says)
  expect(world.upstream.calls.map((call) => call.model)).toEqual(Array.from({ length: calls }, () => model))
  const billed = await world.billed()
  expect(billed).toMatchObject(Array.from({ length: calls }, () => ({ model, outcome: 'finished', estimated: false, input_tokens: USAGE.input, output_tokens: USAGE.output })))
  for (const receipt of billed) expect(receipt.charged_micro_usd).toBeGreaterThan(0)
}

/**
 * The person stopped it: the upstream’s connection is closed, and what was delivered is billed: no more than the upstream had written of the text, and not
 * much less. @param text of `deltas` equal pieces
 */
export async function expectStopped(world: World, text: string, deltas: number): Promise<void> {
  const { upstream } = world
  await until('the upstream’s connection to be closed', () => upstream.asked.at(-1)?.closed === true)
  expect(upstream.asked.at(-1)).toMatchObject({ aborted: true })
  const billed = await until('the receipt to be settled', async () => {
    const receipts = await world.billed()
    return receipts.length > 0 && receipts.every((receipt) => receipt.outcome !== null) ? receipts : null
  })
  expect(billed).toMatchObject([{ outcome: 'stopped' }])
  expect(billed[0]?.charged_micro_usd).toBeGreaterThan(0)
  const written = (text.length / 4) * Math.min(1, (upstream.asked.at(-1)?.written ?? 0) / deltas)
  expect(billed[0]?.output_tokens).toBeLessThanOrEqual(Math.ceil(written) + 5)
  expect(billed[0]?.output_tokens).toBeGreaterThan(written / 4)
  expect(written).toBeLessThan(text.length / 4)
}

/** Whatever went wrong, nothing was charged. */
export async function expectNoCharge(world: World): Promise<void> {
  expect((await world.billed()).filter((receipt) => receipt.charged_micro_usd > 0)).toEqual([])
  expect(world.gateway.exitCode()).toBeNull()
}
