/** Plans what a write or an edit makes of a file; changes nothing. */
import { AppError } from '../../src-shared/errors.ts'
import type { ToolArguments } from './arguments.ts'
import { editText, type EditRequest } from './edit-text.ts'
import type { Place } from './folder.ts'
import { decodeText, encodeText, fingerprintBytes, readBytes, withLineEnds } from './text-file.ts'

export interface PlannedChange {
  place: Place
  /** Text before (null = new file, or one that is not text). */
  before: string | null
  after: string
  data: Buffer
  /** Identity of the bytes it was planned for. */
  basis: string
  /** Sentences for the model about what was kept or done. */
  note: string
}

/** @throws AppError `workspace.*`, `tool.invalid-arguments` */
export async function planWrite(place: Place, args: ToolArguments<'write'>): Promise<PlannedChange> {
  if (place.shown === '.') throw new AppError('workspace.failed', { path: '.', reason: 'it is the folder itself' })
  const bytes = await readBytes(place)
  const old = bytes === null ? null : textOrNull(bytes, place.shown)
  // A file with CRLF that is written with LF would change every line; a file keeps its own line ends.
  const keepReturns = old?.lineEnd === '\r\n' && args.content.includes('\n') && !args.content.includes('\r\n')
  const after = (keepReturns ? withLineEnds(args.content, '\r\n') : args.content).replace(/^\uFEFF/, '')
  const bom = (old?.bom ?? false) || args.content.startsWith('\uFEFF')
  const note = keepReturns ? ' Its CRLF line ends were kept.' : ''
  return { place, before: old?.text ?? null, after, data: encodeText(after, bom), basis: fingerprintBytes(bytes), note }
}

/** @throws AppError `workspace.*`, `tool.invalid-arguments` */
export async function planEdit(place: Place, args: ToolArguments<'edit'>): Promise<PlannedChange> {
  const edits = editsOf(args)
  const bytes = await readBytes(place)
  if (bytes === null) throw new AppError('workspace.not-found', { path: place.shown })
  const file = decodeText(bytes, place.shown)
  // Writing back replaced characters would damage the rest of the file.
  if (file.lossy) throw new AppError('workspace.not-text', { path: place.shown })
  const { text, count } = applyEdits(file.text, edits, place.shown)
  return { place, before: file.text, after: text, data: encodeText(text, file.bom), basis: fingerprintBytes(bytes), note: count > 1 ? ` ${count} places changed.` : '' }
}

/** @throws AppError `tool.invalid-arguments` unless there is exactly one form of edit */
function editsOf({ old_text, new_text, replace_all, edits }: ToolArguments<'edit'>): readonly EditRequest[] {
  if (edits !== undefined && old_text === undefined && new_text === undefined) return edits.map((edit) => ({ oldText: edit.old_text, newText: edit.new_text, replaceAll: edit.replace_all }))
  if (edits !== undefined || old_text === undefined || new_text === undefined) throw new AppError('tool.invalid-arguments', { issue: 'Give old_text and new_text, or edits; not both.' })
  return [{ oldText: old_text, newText: new_text, replaceAll: replace_all }]
}

function applyEdits(before: string, edits: readonly EditRequest[], shown: string): { text: string; count: number } {
  let text = before
  let count = 0
  for (const [index, edit] of edits.entries()) {
    try {
      const done = editText(text, edit, shown)
      text = done.text
      count += done.count
    } catch (error) {
      if (!(error instanceof AppError) || edits.length === 1) throw error
      const said = error.fields['hint'] ?? error.fields['issue'] ?? ''
      throw new AppError(error.code, { ...error.fields, ...(error.code === 'workspace.edit-mismatch' ? { hint: `It is edit ${index + 1} of ${edits.length}; none was made. ${String(said)}` } : { issue: `Edit ${index + 1} of ${edits.length}: ${String(said)}` }) }, { cause: error })
    }
  }
  return { text, count }
}

function textOrNull(bytes: Buffer, shown: string): ReturnType<typeof decodeText> | null {
  try {
    const file = decodeText(bytes, shown)
    return file.lossy ? null : file
  } catch {
    // A binary file is replaced as a whole; there is no diff to show.
    return null
  }
}
