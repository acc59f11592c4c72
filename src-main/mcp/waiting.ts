/** Waiting that ends early when it is no longer wanted. */
import { AppError } from '../../src-shared/errors.ts'
import type { Timers } from '../platform/ports.ts'

/** @throws AppError `tool.cancelled` when `signal` aborts first. */
export function sleep(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  let cancel = (): void => undefined
  const slept = new Promise<void>((resolve) => {
    cancel = timers.after(ms, resolve)
  })
  return untilAborted(slept, signal).finally(() => cancel())
}

/** The outcome of `work`, or AppError `tool.cancelled` as soon as `signal` aborts; the work itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(new AppError('tool.cancelled'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
