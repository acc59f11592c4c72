/** The tools that move and delete: inside the folder only, never over something by accident, and never the project's history. */
import { lstat, mkdir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { ToolArguments } from './arguments.ts'
import { diffFile } from './file-diff.ts'
import type { Place } from './folder.ts'
import { shortOutcome } from './outcome.ts'
import { isInside, type PathRules } from './path-form.ts'
import { decodeText, fingerprintBytes, readBytes } from './text-file.ts'

/** A folder with more files is not moved or deleted by these tools: every file is kept for undo first. */
const MOST_FILES = 5_000

/** A call that can be done, and what it would do. */
export interface PlannedMove {
  preview: ToolPreview
  /** Real paths of the files that it writes, moves or deletes. */
  files: readonly string[]
  /** Identity of the bytes it was planned for; null where that is not looked at. */
  basis: string | null
}

/** @throws AppError `workspace.*` when it cannot work */
export async function planMove(root: string, from: Place, to: Place, args: ToolArguments<'move'>, rules: PathRules): Promise<PlannedMove & { target: string }> {
  const info = await mustBe(from)
  if (from.shown === '.' || to.shown === '.') throw cannot({ shown: '.' }, 'it is the folder itself')
  for (const place of [from, to]) if (isHistory(place.shown)) throw cannot(place, 'it holds the history of a project')
  if (to.full !== from.full && isInside(from.full, to.full, rules) && info.isDirectory()) throw cannot(to, `it is inside ${from.shown}`)
  const target = respelled(from, to, args.to, rules)
  if (target === from.full) throw cannot(to, 'it is there already')
  const there = target === to.full ? await lstat(target).catch(() => null) : null
  if (there?.isDirectory() === true) throw cannot(to, 'there is a folder of that name; name the new path in full')
  if (there !== null && info.isDirectory()) throw cannot(to, 'a file is there, which a folder cannot replace')
  if (there !== null && !args.overwrite) throw cannot(to, 'there is a file already; say overwrite: true to replace it')
  const inside = info.isDirectory() ? await filesBelow(root, from, rules) : [from.full]
  const files = [...inside, ...inside.map((file) => path.join(target, path.relative(from.full, file)))]
  return { target, files, basis: null, preview: { summary: `${from.shown} → ${to.shown}${there === null ? '' : ' (replaces it)'}`, diff: null, risk: riskOf(from.shown, to.shown) } }
}

export async function moveFile(root: string, from: Place, to: Place, args: ToolArguments<'move'>, rules: PathRules): Promise<ToolOutcome> {
  const { target } = await planMove(root, from, to, args, rules)
  await mkdir(path.dirname(target), { recursive: true })
  await rename(from.full, target)
  return shortOutcome(`Moved ${from.shown} to ${to.shown}.`)
}

/** @throws AppError `workspace.*` when it cannot work */
export async function planDelete(root: string, place: Place, args: ToolArguments<'delete'>, rules: PathRules): Promise<PlannedMove> {
  const info = await mustBe(place)
  if (place.shown === '.') throw cannot(place, 'it is the folder itself')
  if (isHistory(place.shown)) throw cannot(place, 'it holds the history of a project')
  const risk = riskOf(place.shown)
  if (info.isDirectory()) {
    if (isGitInternal(place.shown)) throw cannot(place, 'it is a part of the history of a project')
    if ((await readdir(place.full)).length === 0) return { files: [], basis: null, preview: { summary: `${place.shown}/ (deletes the empty folder)`, diff: null, risk } }
    const files = await filesBelow(root, place, rules)
    if (!args.recursive) throw cannot(place, `it is not empty (${count(files.length)}); say recursive: true to delete all of it`)
    return { files, basis: null, preview: { summary: `${place.shown}/ (deletes it with ${count(files.length)})`, diff: null, risk } }
  }
  const bytes = info.isFile() ? await readBytes(place).catch(() => null) : null
  const text = bytes === null ? null : textOrNull(bytes, place.shown)
  return { files: [place.full], basis: bytes === null ? null : fingerprintBytes(bytes), preview: { summary: `${place.shown} (deletes it)`, diff: text === null ? null : await diffFile(place.shown, text, ''), risk } }
}

/** `shownFor`: the identity of the bytes that the person saw go; null when nothing was shown. */
export async function deletePlace(root: string, place: Place, args: ToolArguments<'delete'>, rules: PathRules, shownFor: string | null): Promise<ToolOutcome> {
  const { basis } = await planDelete(root, place, args, rules)
  if (shownFor !== null && shownFor !== basis) throw new AppError('workspace.stale', { path: place.shown })
  if ((await lstat(place.full)).isDirectory()) await (args.recursive ? rm(place.full, { recursive: true }) : rmdir(place.full))
  else await rm(place.full)
  return shortOutcome(`Deleted ${place.shown}.`)
}

/** What git runs by itself lies in .git: changing that is as good as running. */
export function isGitInternal(shown: string): boolean {
  return shown.split('/').some(isGit)
}

/** The path a move goes to. Where case is not told apart, another spelling of the same file is a new name for it. */
export function respelled(from: Place, to: Place, asked: string, { flavour, ignoreCase }: PathRules): string {
  const name = path[flavour].basename(asked)
  const own = path[flavour].basename(from.full)
  return ignoreCase && from.full === to.full && name !== own && name.toLowerCase() === own.toLowerCase() ? path[flavour].join(path[flavour].dirname(from.full), name) : to.full
}

const isGit = (name: string): boolean => name.toLowerCase() === '.git'
const isHistory = (shown: string): boolean => isGit(shown.slice(shown.lastIndexOf('/') + 1))
const riskOf = (...shown: string[]): 'run' | 'write' => (shown.some(isGitInternal) ? 'run' : 'write')
const cannot = (place: Pick<Place, 'shown'>, reason: string): AppError => new AppError('workspace.failed', { path: place.shown, reason })
const count = (files: number): string => (files === 0 ? 'only folders' : `${files} ${files === 1 ? 'file' : 'files'}`)

/**
 * Files in a folder. Links are not followed, and those that lead out are left out: what is kept of a link for undo is what it leads to.
 * @throws AppError `workspace.failed` where there are too many, or a project's history is among them
 */
async function filesBelow(root: string, top: Place, rules: PathRules): Promise<string[]> {
  const found: string[] = []
  const left = [top.full]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const full = path.join(next, entry.name)
      if (isGit(entry.name)) throw cannot(top, `${path.relative(top.full, full).split(path.sep).join('/')} in it holds the history of a project`)
      if (entry.isDirectory()) left.push(full)
      else if (!entry.isSymbolicLink() || (await leadsInside(root, full, rules))) found.push(full)
      if (found.length > MOST_FILES) throw cannot(top, `it holds more than ${MOST_FILES} files, which is more than is kept for undo`)
    }
  }
  return found
}

async function leadsInside(root: string, link: string, rules: PathRules): Promise<boolean> {
  const target = await realpath(link).catch(() => null)
  return target !== null && isInside(root, target, rules) && (await stat(target).catch(() => null))?.isFile() === true
}

async function mustBe(place: Place) {
  const info = await lstat(place.full).catch(() => null)
  if (info === null) throw new AppError('workspace.not-found', { path: place.shown })
  return info
}

function textOrNull(bytes: Buffer, shown: string): string | null {
  try {
    return decodeText(bytes, shown).text
  } catch {
    // Not text: there is nothing to show.
    return null
  }
}
