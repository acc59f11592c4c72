/** The tools that only look: list and read. */
import { stat } from 'node:fs/promises'
import { imageTypeOf, MAX_IMAGE_BYTES } from '../../src-shared/domain/image.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import { RESULT_LIMIT, type Spill } from '../storage/spill.ts'
import type { ToolArguments } from './arguments.ts'
import type { Place } from './folder.ts'
import { longOutcome, shortOutcome } from './outcome.ts'
import { decodeText, readBytes } from './text-file.ts'
import { walk } from './walk.ts'

const MAX_ENTRIES = 1000

/** @throws AppError `workspace.not-found`, `workspace.failed` */
export async function listFolder(root: string, place: Place, args: ToolArguments<'list'>, signal: AbortSignal, spill: Spill): Promise<ToolOutcome> {
  const info = await stat(place.full).catch(() => null)
  if (info === null) throw new AppError('workspace.not-found', { path: place.shown })
  if (!info.isDirectory()) throw new AppError('workspace.failed', { path: place.shown, reason: 'it is not a folder' })
  const lines: string[] = []
  for await (const entry of walk(root, place.full, { depth: args.depth, limit: MAX_ENTRIES + 1, shouldStop: () => signal.aborted })) {
    if (lines.length === MAX_ENTRIES) {
      lines.push(`[more than ${MAX_ENTRIES} entries; list a folder below, or search]`)
      break
    }
    const mark = entry.kind === 'folder' ? '/' : entry.kind === 'link' ? '@' : ''
    const size = entry.kind === 'file' ? await stat(entry.full).then((found) => `\t${found.size} bytes`, () => '') : ''
    lines.push(`${entry.shown}${mark}${size}`)
  }
  return longOutcome(lines.length === 0 ? '(empty)' : lines.join('\n'), spill)
}

/** Lines with LF ends, whatever the file has; an image as an image. @throws AppError `workspace.*` */
export async function readLines(place: Place, args: ToolArguments<'read'>, spill: Spill): Promise<ToolOutcome> {
  const bytes = await readBytes(place)
  if (bytes === null) throw new AppError('workspace.not-found', { path: place.shown })
  const mimeType = imageTypeOf(bytes)
  if (mimeType !== null) {
    if (bytes.length > MAX_IMAGE_BYTES) throw new AppError('workspace.too-large', { path: place.shown, bytes: bytes.length, limit: MAX_IMAGE_BYTES })
    return { ...shortOutcome(`[${place.shown}: ${mimeType}, ${bytes.length} bytes]`), bytes: bytes.length, images: [{ mimeType, base64: bytes.toString('base64') }] }
  }
  const file = decodeText(bytes, place.shown)
  if (file.text === '') return shortOutcome('(the file is empty)')
  const lines = file.text.replace(/\r\n/g, '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (args.offset > lines.length) throw new AppError('tool.invalid-arguments', { issue: `offset: ${place.shown} has ${lines.length} lines.` })
  const wanted = lines.slice(args.offset - 1, args.offset - 1 + args.limit)
  const shown = firstThatFit(wanted)
  const last = args.offset - 1 + shown.length
  const notes: string[] = []
  if (last < lines.length || args.offset > 1) notes.push(`lines ${args.offset} to ${last} of ${lines.length}${last < lines.length ? `; go on with offset ${last + 1}` : ''}`)
  if (file.lossy) notes.push('some bytes are not UTF-8 and were replaced')
  return longOutcome(shown.join('\n') + (notes.length > 0 ? `\n[${notes.join('; ')}]` : '\n'), spill)
}

/** As many whole lines as fit into a result, at least one. */
function firstThatFit(lines: readonly string[]): readonly string[] {
  let bytes = 0
  for (const [index, line] of lines.entries()) {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > RESULT_LIMIT - 200) return lines.slice(0, Math.max(1, index))
  }
  return lines
}
