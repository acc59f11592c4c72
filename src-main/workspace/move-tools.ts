/** The tools that move and delete: inside the folder only, and never over something by accident. */
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { ToolArguments } from './arguments.ts'
import { diffFile } from './file-diff.ts'
import type { Place } from './folder.ts'
import { shortOutcome } from './outcome.ts'
import { decodeText, readBytes } from './text-file.ts'

/** Files of a folder that are named, and kept for undo, before it goes. */
const MOST_FILES = 500

/** @throws AppError `workspace.*` when it cannot work */
export async function checkMove(from: Place, to: Place, args: ToolArguments<'move'>): Promise<ToolPreview> {
  await mustBe(from)
  if (from.shown === '.' || to.shown === '.') throw new AppError('workspace.failed', { path: '.', reason: 'it is the folder itself' })
  if (isBelow(to.full, from.full)) throw new AppError('workspace.failed', { path: to.shown, reason: `it is inside ${from.shown}` })
  const there = await lstat(to.full).catch(() => null)
  // On systems that do not tell case apart, a new spelling is the same file.
  const isSame = there !== null && from.full !== to.full && (await sameFile(from.full, to.full))
  if (there?.isDirectory() === true && !isSame) throw new AppError('workspace.failed', { path: to.shown, reason: 'there is a folder of that name; name the new path in full' })
  if (there !== null && !args.overwrite && !isSame) throw new AppError('workspace.failed', { path: to.shown, reason: 'there is a file already; say overwrite: true to replace it' })
  return { summary: `${from.shown} → ${to.shown}${there !== null && !isSame ? ' (replaces it)' : ''}`, diff: null, risk: 'write' }
}

export async function moveFile(from: Place, to: Place, args: ToolArguments<'move'>): Promise<ToolOutcome> {
  await checkMove(from, to, args)
  await mkdir(path.dirname(to.full), { recursive: true })
  await rename(from.full, to.full)
  return shortOutcome(`Moved ${from.shown} to ${to.shown}.`)
}

/** @throws AppError `workspace.*` when it cannot work */
export async function checkDelete(place: Place, args: ToolArguments<'delete'>): Promise<ToolPreview> {
  const info = await mustBe(place)
  if (place.shown === '.') throw new AppError('workspace.failed', { path: '.', reason: 'it is the folder itself' })
  if (place.shown === '.git' || place.shown.endsWith('/.git')) throw new AppError('workspace.failed', { path: place.shown, reason: 'it holds the history of the project' })
  if (info.isDirectory()) {
    const files = await filesBelow(place.full)
    if (files.length > 0 && !args.recursive) throw new AppError('workspace.failed', { path: place.shown, reason: `it is not empty (${count(files.length)}); say recursive: true to delete all of it` })
    return { summary: `${place.shown}/ (${files.length === 0 ? 'empty' : count(files.length)})`, diff: null, risk: 'write' }
  }
  const bytes = info.isFile() ? await readBytes(place).catch(() => null) : null
  const text = bytes === null ? null : textOrNull(bytes, place.shown)
  return { summary: `${place.shown} (deletes it)`, diff: text === null ? null : await diffFile(place.shown, text, ''), risk: 'write' }
}

export async function deletePlace(place: Place, args: ToolArguments<'delete'>): Promise<ToolOutcome> {
  await checkDelete(place, args)
  await rm(place.full, { recursive: args.recursive })
  return shortOutcome(`Deleted ${place.shown}.`)
}

/** Files in a folder, links among them but not followed; at most some hundred. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = []
  const left = [folder]
  for (let next = left.pop(); next !== undefined && found.length < MOST_FILES; next = left.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const full = path.join(next, entry.name)
      if (entry.isDirectory()) left.push(full)
      else found.push(full)
    }
  }
  return found
}

const count = (files: number): string => (files >= MOST_FILES ? `${MOST_FILES} files or more` : `${files} ${files === 1 ? 'file' : 'files'}`)

async function mustBe(place: Place) {
  const info = await lstat(place.full).catch(() => null)
  if (info === null) throw new AppError('workspace.not-found', { path: place.shown })
  return info
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([lstat(a), lstat(b)])
  return first.ino !== 0 && first.ino === second.ino && first.dev === second.dev
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file)
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)
}

function textOrNull(bytes: Buffer, shown: string): string | null {
  try {
    return decodeText(bytes, shown).text
  } catch {
    // Not text: there is nothing to show.
    return null
  }
}
