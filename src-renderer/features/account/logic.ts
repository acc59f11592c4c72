/** Decisions of the account's rooms. Pure. */
import type { AppErrorData } from '../../../src-shared/errors.ts'

/** A refused sign-in has its own banner over every room; rooms show any other problem. */
export function problemToShow(problem: AppErrorData | null): AppErrorData | null {
  return problem?.code === 'api.unauthorized' ? null : problem
}
