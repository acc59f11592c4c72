/** Commands that run on while the model works: servers, watchers. They belong to a folder, not to a session; a few at a time; all end with Portico. */
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { CommandRunner, RunResult } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import { longOutcome, shortOutcome } from './outcome.ts'
import { createOutputRing, type OutputRing } from './output-ring.ts'

export interface BackgroundRuns {
  /** Starts it and answers at once with its id. `root` is the folder it belongs to. @throws AppError `tool.failed` when too many run */
  start(root: string, command: string, cwd: string): ToolOutcome
  /** What it wrote since last asked for, after a wait of at most so many ms for something new. @throws AppError `tool.invalid-arguments` for an id that is not one of this folder */
  output(root: string, id: string, waitMs: number, signal: AbortSignal): Promise<ToolOutcome>
  /** Ends it with everything that it started. */
  stop(root: string, id: string): Promise<ToolOutcome>
  /** Ends all of them, and starts no more. */
  close(): Promise<void>
}

const MOST_RUNNING = 8
/** Those that ended are still asked for their last output; older ones are forgotten. */
const MOST_ENDED = 16
/** Bytes of output that wait to be read. */
const MOST_WAITING = 1024 * 1024
/** The runner wants an end; a watcher has none of its own (ms). */
const LONGEST = 7 * 24 * 3_600_000

interface Run {
  id: string
  root: string
  abort: AbortController
  output: OutputRing
  result: RunResult | 'failed' | null
  ended: Promise<void>
  /** Wakes whoever waits for output. */
  wake: Set<() => void>
}

export function createBackgroundRuns(runner: CommandRunner, spill: Spill): BackgroundRuns {
  const runs = new Map<string, Run>()
  let number = 0
  let isClosed = false
  const find = (root: string, id: string): Run => {
    const run = runs.get(id)
    if (run?.root === root) return run
    const here = [...runs.values()].filter((one) => one.root === root).map((one) => one.id)
    throw new AppError('tool.invalid-arguments', { issue: `id: there is no run “${id}”. Those there are: ${here.join(', ') || 'none'}.` })
  }
  const forgetOldest = (): void => {
    const over = [...runs.values()].filter((run) => run.result !== null)
    for (const run of over.slice(0, Math.max(0, over.length - MOST_ENDED))) runs.delete(run.id)
  }

  return {
    start(root, command, cwd) {
      if (isClosed) throw new AppError('tool.failed', { reason: 'Portico is ending; nothing is started any more.' })
      if ([...runs.values()].filter((run) => run.result === null).length >= MOST_RUNNING) throw new AppError('tool.failed', { reason: `${MOST_RUNNING} commands run in the background already; stop one first.` })
      forgetOldest()
      const run: Run = { id: `run-${(number += 1)}`, root, abort: new AbortController(), output: createOutputRing(MOST_WAITING), result: null, ended: Promise.resolve(), wake: new Set() }
      const wakeAll = (): void => {
        for (const wake of run.wake) wake()
      }
      const onOutput = (chunk: Uint8Array): void => {
        run.output.add(chunk)
        wakeAll()
      }
      run.ended = runner.run({ command, cwd, timeoutMs: LONGEST, maxBytes: 1024, signal: run.abort.signal, onOutput }).then((result) => {
        run.result = result
      }, () => {
        run.result = 'failed'
      }).finally(wakeAll)
      runs.set(run.id, run)
      return shortOutcome(`Started in the background as ${run.id}. Read what it writes with run_output, end it with run_stop.`)
    },
    async output(root, id, waitMs, signal) {
      const run = find(root, id)
      if (run.output.isEmpty && run.result === null && waitMs > 0) await somethingNew(run, waitMs, signal)
      if (signal.aborted) throw new AppError('tool.cancelled')
      const { text, dropped } = run.output.take(run.result !== null)
      const note = dropped > 0 ? `[${dropped} bytes before this were dropped]\n` : ''
      return longOutcome(`${note}${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${stateOf(run)}`, spill)
    },
    async stop(root, id) {
      const run = find(root, id)
      if (run.result !== null) return shortOutcome(`${id} had ended already. ${stateOf(run)}`)
      run.abort.abort()
      await run.ended
      return shortOutcome(`Stopped ${id}.`)
    },
    async close() {
      isClosed = true
      for (const run of runs.values()) run.abort.abort()
      await Promise.all([...runs.values()].map((run) => run.ended))
    },
  }
}

function stateOf({ result }: Run): string {
  if (result === null) return '[still running]'
  if (result === 'failed') return '[it could not be run]'
  return result.signal !== null ? `[ended by signal ${result.signal}]` : `[exit code ${result.exitCode ?? 'unknown'}]`
}

function somethingNew(run: Run, waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      run.wake.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    run.wake.add(done)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
