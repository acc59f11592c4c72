/**
 * Changes several files of one client so that all are changed or none: each by one rename, and a journal in Portico's folder that says how to go back if the
 * process ends in the middle. `recover` is run before anything else is done.
 */
import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import { writeFileAtomic } from '../../storage/atomic-file.ts'
import type { FileHost } from '../ports.ts'
import { hashOf } from './record.ts'

export interface FileChange {
  path: string
  /** What is there now; null = nothing. */
  before: { bytes: Uint8Array; mode: number } | null
  /** What shall be there; null = nothing. */
  after: { bytes: Uint8Array; mode: number } | null
}

const side = z.object({ hash: z.string(), mode: z.number() }).nullable()
const journalSchema = z.object({
  applyId: z.string(),
  /** The process that writes, and when it began (epoch ms). */
  pid: z.number(), at: z.number(),
  steps: z.array(z.object({ path: z.string(), before: side, after: side, /** Base64; a journal lives for a moment. */ bytes: z.string().nullable() })),
})

/** Where a crash is injected in tests: called before each step. */
export type Step = (name: string) => void

export interface TransactionDeps {
  host: FileHost
  /** The journal's own file. */
  journal: string
  step?: Step
}

/**
 * Runs the changes, then `seal` (which makes them count: the record is written there), then drops the journal.
 * @throws what failed; every file is then as it was, unless somebody else wrote it meanwhile.
 */
export async function changeTogether(deps: TransactionDeps, applyId: string, changes: readonly FileChange[], seal: () => Promise<void>): Promise<void> {
  const { host, journal, step = () => undefined } = deps
  const steps = changes.map(({ path, before, after }) => ({
    path, before: before && { hash: hashOf(before.bytes), mode: before.mode }, after: after && { hash: hashOf(after.bytes), mode: after.mode },
    bytes: before ? Buffer.from(before.bytes).toString('base64') : null,
  }))
  const other = await readJournal(journal)
  // Left by the dead it was played back before; so somebody is at it right now.
  if (other && isAtWork(other)) throw new AppError('setup.stale', { path: changes[0]?.path ?? '' })
  step('journal')
  await writeFileAtomic(journal, JSON.stringify({ applyId, pid: process.pid, at: Date.now(), steps } satisfies z.infer<typeof journalSchema>), { mode: 0o600 })
  let done = 0
  try {
    for (const { path, before, after } of changes) {
      step(`file ${done}`)
      const expect = before ? hashOf(before.bytes) : null
      if (after) await host.write(path, after.bytes, { mode: after.mode, expect })
      else if (expect !== null) await host.remove(path, { expect })
      done += 1
    }
    step('seal')
    await seal()
  } catch (failure) {
    await putBack(host, steps)
    await rm(journal, { force: true })
    throw failure
  }
  step('close')
  await rm(journal, { force: true })
}

/** Ends what a process that died left half done; one that is at it right now is left alone. `isSealed` tells whether an apply counts already. Gives whether there was something. */
export async function recover(deps: TransactionDeps, isSealed: (applyId: string) => boolean): Promise<boolean> {
  const found = await readJournal(deps.journal)
  if (found && isAtWork(found)) return false
  if (found && !isSealed(found.applyId)) await putBack(deps.host, found.steps)
  // Written by one rename, so it is never half; one that cannot be read is another version's, and not ours to play back.
  await rm(deps.journal, { force: true })
  return found !== null
}

async function readJournal(file: string): Promise<z.infer<typeof journalSchema> | null> {
  try {
    return journalSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}

/** Longer than any change takes (ms); a process id may have been given to another program since. */
const LONGEST_CHANGE = 60_000

function isAtWork({ pid, at }: { pid: number; at: number }): boolean {
  if (pid === process.pid || Date.now() - at > LONGEST_CHANGE) return false
  try {
    // Signal 0 asks and does nothing.
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Files that hold what we wrote get back what was there; one that somebody else wrote since is theirs. */
async function putBack(host: FileHost, steps: z.infer<typeof journalSchema>['steps']): Promise<void> {
  for (const { path, before, after, bytes } of steps.toReversed()) {
    const now = await host.read(path)
    const isOurs = after ? now !== null && hashOf(now.bytes) === after.hash : now === null
    if (!isOurs) continue
    if (before && bytes !== null) await host.write(path, Buffer.from(bytes, 'base64'), { mode: before.mode, expect: now ? hashOf(now.bytes) : null })
    else if (!before && now) await host.remove(path, { expect: hashOf(now.bytes) })
  }
}
