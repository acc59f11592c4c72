/** Matches lines on a worker thread: the app stays responsive, and an expression that would run for ever is ended. */
import { Worker } from 'node:worker_threads'
import { AppError } from '../../src-shared/errors.ts'
import { matchLines, type LineMatch, type Query } from './match-lines.ts'

export interface LineMatcher {
  /** Matches per file, at most `limit` in all. @throws AppError `tool.invalid-arguments` for a pattern that takes too long. */
  match(files: readonly Uint8Array[], limit: number): Promise<LineMatch[][]>
  /** Ends the thread. */
  close(): Promise<void>
}

/** Milliseconds for one batch of files; an ordinary pattern needs a few. */
const MAX_MS = 2000

/** The thread's program; `matchLines` comes as text, which is why it stands alone. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const matchLines = ${matchLines.toString()}
parentPort.on('message', ({ files, limit }) => parentPort.postMessage(matchLines(files, limit, workerData)))
`

/** @throws AppError `tool.invalid-arguments` for a pattern that is no regular expression. */
export function createLineMatcher(query: Query): LineMatcher {
  if (query.isRegex) checkPattern(query.pattern)
  const worker = new Worker(PROGRAM, { eval: true, workerData: query, name: 'search', resourceLimits: { maxOldGenerationSizeMb: 256 } })
  // An idle thread must not keep the headless app running.
  worker.unref()
  return {
    match: (files, limit) =>
      new Promise<LineMatch[][]>((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(watch)
          worker.off('message', onMessage)
          worker.off('error', onError)
          act()
        }
        const onMessage = (result: LineMatch[][]): void => settle(() => resolve(result))
        const onError = (cause: Error): void => settle(() => reject(new AppError('tool.failed', { reason: cause.message }, { cause })))
        const watch = setTimeout(() => {
          settle(() => reject(new AppError('tool.invalid-arguments', { issue: 'The pattern takes too long; make it simpler or search for plain text.' })))
        }, MAX_MS)
        worker.on('message', onMessage)
        worker.on('error', onError)
        worker.postMessage({ files, limit })
      }),
    async close() {
      await worker.terminate()
    },
  }
}

function checkPattern(pattern: string): void {
  try {
    return void new RegExp(pattern, 'u')
  } catch {
    // Many patterns are only valid without the u flag.
  }
  try {
    void new RegExp(pattern)
  } catch (cause) {
    throw new AppError('tool.invalid-arguments', { issue: `The pattern is not a regular expression: ${cause instanceof Error ? cause.message : ''}` }, { cause })
  }
}
