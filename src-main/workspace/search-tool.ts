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
const AT_ONCE = 16

/** @throws AppError `workspace.not-found`, `tool.invalid-arguments` */
export async function searchFiles(root: string, place: Place, args: ToolArguments<'search'>, signal: AbortSignal, clock: Clock, spill: Spill): Promise<ToolOutcome> {
  const info = await stat(place.full).catch(() => null)
  if (info === null) throw new AppError('workspace.not-found', { path: place.shown })
  const matcher = createLineMatcher({ pattern: args.pattern, isRegex: args.regex, ignoreCase: args.ignore_case })
  const deadline = clock.now() + BUDGET_MS
  const state = { lines: [] as string[], files: 0, skipped: 0 }
  const isDone = (): boolean => signal.aborted || clock.now() > deadline || state.lines.length >= args.max_results
  try {
    const found = info.isFile() ? [place] : candidates(root, place, args.glob, isDone)
    let batch: Place[] = []
    for await (const file of found) {
      batch.push(file)
      if (batch.length < AT_ONCE) continue
      await searchBatch(batch, matcher, state, args.max_results)
      batch = []
      if (isDone()) break
    }
    if (!isDone()) await searchBatch(batch, matcher, state, args.max_results)
  } finally {
    await matcher.close()
  }
  return longOutcome(summarise(state, args, clock.now() > deadline), spill)
}

interface SearchState {
  lines: string[]
  files: number
  skipped: number
}

async function* candidates(root: string, place: Place, glob: string | undefined, isDone: () => boolean): AsyncGenerator<Place> {
  const accepts = glob === undefined ? () => true : createGlob(glob)
  for await (const entry of walk(root, place.full, { depth: 64, limit: MAX_FILES, shouldStop: isDone })) {
    if (entry.kind === 'file' && accepts(entry.shown)) yield { full: entry.full, shown: relative(root, entry.full) }
  }
}

async function searchBatch(files: readonly Place[], matcher: LineMatcher, state: SearchState, max: number): Promise<void> {
  const texts: { shown: string; bytes: Buffer }[] = []
  for (const [index, bytes] of (await Promise.all(files.map(readSearchable))).entries()) {
    if (bytes === 'skipped') state.skipped += 1
    else if (bytes !== null) texts.push({ shown: files[index]?.shown ?? '', bytes })
  }
  if (texts.length === 0) return
  state.files += texts.length
  const matches = await matcher.match(texts.map(({ bytes }) => bytes), max - state.lines.length)
  for (const [index, hits] of matches.entries()) for (const hit of hits) state.lines.push(`${texts[index]?.shown ?? ''}:${hit.line}: ${hit.text}`)
}

/** null = not a text file; `skipped` = too large or not readable. */
async function readSearchable(place: Place): Promise<Buffer | 'skipped' | null> {
  try {
    const bytes = await readBytes(place, MAX_FILE_BYTES)
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
