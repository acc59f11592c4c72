/** Proves a setup by the client itself: runs its own checks and, when asked, one real one-line turn, and tells what it said. */
import type { Check, VerifiedClient } from '../../src-shared/domain/setup.ts'
import { createMasker } from './engine/secrets.ts'
import type { Target, Wanted } from './ports.ts'

export interface VerifyDeps {
  /** Runs a program to its end; `exitCode` null = it was ended. Its environment has the machine's HOME and the login shell's PATH. */
  run(program: string, args: readonly string[], options: { timeoutMs: number }): Promise<{ exitCode: number | null; stdout: string; stderr: string; timedOut: boolean }>
  /** The id of the newest billed answer since an instant (epoch ms); null = none is known. */
  billedSince(at: number): Promise<string | null>
  clock: { now(): number }
  /** Never shown. */
  secrets: readonly string[]
}

const LONGEST = 600

/** A client that is not installed is `later`; nothing is run then. */
export async function verifyClient(deps: VerifyDeps, target: Target, wanted: Pick<Wanted, 'machine' | 'choices'>, options: { turn: boolean; program: string | null }): Promise<VerifiedClient> {
  const { clock } = deps
  const steps = target.verify(wanted).filter((step) => options.turn || !step.turn)
  if (options.program === null || steps.length === 0) return { id: target.id, name: target.name, outcome: 'later', checks: [] }
  const mask = createMasker(deps.secrets)
  const checks: Check[] = []
  for (const step of steps) {
    const from = clock.now()
    const answer = await deps.run(options.program, step.args, { timeoutMs: step.timeoutMs })
    const { ok, detail } = answer.timedOut ? { ok: false, detail: `No answer within ${Math.round(step.timeoutMs / 1000)} s.` } : step.read(answer)
    const requestId = step.turn && ok ? await deps.billedSince(from) : null
    checks.push({ what: step.what, ok, detail: mask(detail).slice(0, LONGEST), requestId, durationMs: clock.now() - from })
    // Behind a configuration that is not even read, nothing else says anything; an MCP server that is slow is no reason not to try the rest.
    if (!ok && checks.length === 1) break
  }
  return { id: target.id, name: target.name, outcome: checks.every((one) => one.ok) ? 'ok' : 'failed', checks }
}
