/** Outcomes of workspace tools. */
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Spill } from '../storage/spill.ts'
import { codeOf } from './folder.ts'

/** A result that may be long: capped, with all of it in a file. */
export async function longOutcome(text: string, spill: Spill, isError = false): Promise<ToolOutcome> {
  const capped = await spill.text(text)
  return { ...capped, isError, images: [] }
}

export function shortOutcome(text: string): ToolOutcome {
  return { text, isError: false, bytes: Buffer.byteLength(text), images: [], spilledTo: null }
}

/** Any failure of a tool as its result; what we did not expect keeps its system code. */
export function failure(error: unknown, shown: string): ToolOutcome {
  if (error instanceof AppError) return failedOutcome(error.toData())
  return failedOutcome(new AppError('workspace.failed', { path: shown, reason: codeOf(error) }, { cause: error }).toData())
}
