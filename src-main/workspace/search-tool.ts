/** The search tool: walks the folder and matches line by line, within a budget of time, files and results. */
import { stat } from 'node:fs/promises'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import type { ToolArguments } from './arguments.ts'
import type { Place } from './folder.ts'
import { createGlob } from './glob.ts'
import { createLineMatcher, type LineMatcher } from './line-matcher.ts'
import { longOutcome } from './outcome.ts'
import { isBinary, readBytes } from './text-file.ts'
import { relative, walk } from './walk.ts'

const BUDGET_MS = 10_000
const MAX_FILES = 100_000
const MAX_FILE_BYTES = 4 * 1024 * 1024
const AT_ONCE = 8

/** @throws AppError `workspace.not-found`, `tool.invalid-arguments` */
export async function searchFiles(root: string, place: Place, args: ToolArguments<'search'>, signal: AbortSignal, clock: Clock, spill: Spill): Promise<ToolOutcome> {
  const matcher = createLineMatcher({ pattern: args.pattern, isRegex: args.regex, ignoreCase: args.ignore_case })
  const info = await stat(place.full).catch(() => null)
  if (info === null) throw new AppError('workspace.not-found', { path: place.shown })
  const deadline = clock.now() + BUDGET_MS
  const state = { lines: [] as string[], files: 0, skipped: 0 }
  const isDone = (): boolean => signal.aborted || clock.now() > deadline || state.lines.length >= args.max_results

  if (info.isFile()) await searchBatch([place.full], place.shown)
  else {
    const accepts = args.glob === undefined ? () => true : createGlob(args.glob)
    let batch: string[] = []
    for await (const entry of walk(root, place.full, { depth: 64, limit: MAX_FILES, shouldStop: isDone })) {
      if (entry.kind !== 'file' || !accepts(entry.shown)) continue
      batch.push(entry.full)
      if (batch.length < AT_ONCE) continue
      await searchBatch(batch)
      batch = []
      if (isDone()) break
    }
    if (!isDone()) await searchBatch(batch)
  }

  async function searchBatch(files: readonly string[], name?: string): Promise<void> {
    const read = await Promise.all(files.map((file) => readSearchable(file, relative(root, file))))
    for (const [index, bytes] of read.entries()) {
      const file = files[index]
      if (bytes === 'skipped') state.skipped += 1
      else if (bytes !== null && file !== undefined && !isDone()) addMatches(name ?? relative(root, file), bytes, matcher)
    }
  }

  function addMatches(shown: string, bytes: Buffer, match: LineMatcher): void {
    state.files += 1
    for (const hit of match(bytes.toString('utf8'), args.max_results - state.lines.length)) state.lines.push(`${shown}:${hit.line}: ${hit.text}`)
  }

  return longOutcome(summarise(state, args, clock.now() > deadline), spill)
}

/** null = not a text file; `skipped` = too large or not readable. */
async function readSearchable(full: string, shown: string): Promise<Buffer | 'skipped' | null> {
  try {
    const bytes = await readBytes({ full, shown }, MAX_FILE_BYTES)
    return bytes === null || isBinary(bytes) ? null : bytes
  } catch {
    // Said in the summary as a number; one unreadable file must not end the search.
    return 'skipped'
  }
}

function summarise(state: { lines: readonly string[]; files: number; skipped: number }, args: ToolArguments<'search'>, late: boolean): string {
  const notes: string[] = []
  if (state.lines.length >= args.max_results) notes.push(`stopped at ${args.max_results} results`)
  if (late) notes.push('stopped after 10 s; give a path or a glob to look at less')
  if (state.skipped > 0) notes.push(`${state.skipped} files too large or not readable`)
  const body = state.lines.length === 0 ? `No match in ${state.files} files.` : state.lines.join('\n')
  return notes.length === 0 ? body : `${body}\n[${notes.join('; ')}]`
}
