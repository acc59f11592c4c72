/** The envelope of every answer that crosses the IPC border. Pure. */
import { toErrorData, type AppErrorData } from '../errors.ts'

export type Result<T> = { ok: true; value: T } | { ok: false; error: AppErrorData }

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function fail(thrown: unknown): Result<never> {
  return { ok: false, error: toErrorData(thrown) }
}
