/** Commands that run on while the model works: servers, watchers. A few at a time, each with its own end; all end with Portico. */
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { CommandRunner, RunResult } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import { longOutcome, shortOutcome } from './outcome.ts'

export interface BackgroundRuns {
  /** Starts it and answers at once with its id. @throws AppError `workspace.failed` when too many run */
  start(command: string, cwd: string): ToolOutcome
  /** What it wrote since last asked for, after a wait of at most so many ms for something new. @throws AppError `tool.invalid-arguments` for an unknown id */
  output(id: string, waitMs: number, signal: AbortSignal): Promise<ToolOutcome>
  /** Ends it with everything that it started. */
  stop(id: string): Promise<ToolOutcome>
  close(): Promise<void>
}

const MOST_RUNNING = 8
/** Characters of output that wait to be read; older ones are dropped. */
const MOST_WAITING = 1024 * 1024
/** The runner wants an end; a watcher has none of its own (ms). */
const LONGEST = 7 * 24 * 3_600_000

interface Run {
  id: string
  command: string
  abort: AbortController
  waiting: string
  dropped: number
  result: RunResult | 'failed' | null
  ended: Promise<void>
  /** Wakes whoever waits for output. */
  wake: Set<() => void>
}

export function createBackgroundRuns(runner: CommandRunner, spill: Spill): BackgroundRuns {
  const runs = new Map<string, Run>()
  let number = 0
  const find = (id: string): Run => {
    const run = runs.get(id)
    if (!run) throw new AppError('tool.invalid-arguments', { issue: `id: there is no run “${id}”. Those there are: ${[...runs.keys()].join(', ') || 'none'}.` })
    return run
  }
  const isOver = (run: Run): boolean => run.result !== null
  const stateOf = (run: Run): string => {
    if (run.result === null) return '[still running]'
    if (run.result === 'failed') return '[it could not be run]'
    return run.result.signal !== null ? `[ended by signal ${run.result.signal}]` : `[exit code ${run.result.exitCode ?? 'unknown'}]`
  }
  const wakeAll = (run: Run): void => {
    for (const wake of run.wake) wake()
  }

  return {
    start(command, cwd) {
      if ([...runs.values()].filter((run) => !isOver(run)).length >= MOST_RUNNING) throw new AppError('workspace.failed', { path: '.', reason: `${MOST_RUNNING} commands run in the background already; stop one first` })
      const id = `run-${(number += 1)}`
      const run: Run = { id, command, abort: new AbortController(), waiting: '', dropped: 0, result: null, ended: Promise.resolve(), wake: new Set() }
      const decoder = new TextDecoder()
      run.ended = runner.run({
        command, cwd, timeoutMs: LONGEST, maxBytes: 1024, signal: run.abort.signal,
        onOutput: (chunk) => {
          run.waiting += decoder.decode(chunk, { stream: true })
          if (run.waiting.length > MOST_WAITING) {
            run.dropped += run.waiting.length - MOST_WAITING
            run.waiting = run.waiting.slice(-MOST_WAITING)
          }
          wakeAll(run)
        },
      }).then((result) => {
        run.result = result
      }, () => {
        run.result = 'failed'
      }).finally(() => wakeAll(run))
      runs.set(id, run)
      return shortOutcome(`Started in the background as ${id}. Read what it writes with run_output, end it with run_stop.`)
    },
    async output(id, waitMs, signal) {
      const run = find(id)
      if (run.waiting === '' && !isOver(run) && waitMs > 0) await somethingNew(run, waitMs, signal)
      if (signal.aborted) throw new AppError('tool.cancelled')
      const text = `${run.dropped > 0 ? `[${run.dropped} characters before this were dropped]\n` : ''}${run.waiting}`
      run.waiting = ''
      run.dropped = 0
      return longOutcome(`${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${stateOf(run)}`, spill)
    },
    async stop(id) {
      const run = find(id)
      const wasOver = isOver(run)
      run.abort.abort()
      await run.ended
      return shortOutcome(wasOver ? `${id} had ended already. ${stateOf(run)}` : `Stopped ${id}.`)
    },
    async close() {
      for (const run of runs.values()) run.abort.abort()
      await Promise.all([...runs.values()].map((run) => run.ended))
    },
  }
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
  })
}
