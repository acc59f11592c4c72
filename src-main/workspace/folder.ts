/** The border of the session's folder on disk: every path goes through here, with symbolic links resolved. */
import { lstat, readlink, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import { isInside, locate, locateAnywhere, type PathRules } from './path-form.ts'

export interface Place {
  /** Real absolute path, links resolved; what does not exist yet is below the deepest folder that does. */
  full: string
  /** Relative to the folder with `/`; `.` for the folder itself; outside of it the real path in full. For people and for the model. */
  shown: string
  /** It is not in the folder; left out = it is. */
  outside?: true
}

const MAX_LINKS = 40

/** The folder's real path. @throws AppError `workspace.missing` */
export async function openFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder)
    if ((await stat(real)).isDirectory()) return real
  } catch {
    // Said below: whatever the reason, there is no folder to work in.
  }
  throw new AppError('workspace.missing', { folder })
}

/** Where `input` really is. `root` is the folder's real path, `folder` as the session names it. @throws AppError `workspace.outside`, `workspace.failed`, `tool.invalid-arguments` */
export async function resolveInside(root: string, folder: string, input: string, rules: PathRules): Promise<Place> {
  const full = locateEither(root, folder, input, rules)
  const real = await realPlace(full, input, 0)
  if (!isInside(root, real, rules)) throw new AppError('workspace.outside', { path: input })
  const relative = path.relative(root, real).split(path.sep).join('/')
  return { full: real, shown: relative === '' ? '.' : relative }
}

/**
 * Where `input` really is, also outside of the folder, which then needs a person's leave for exactly that place. What belongs to Portico itself (`own`, real
 * paths) nobody can give leave for; `below`: nor for a folder that has it somewhere in it.
 * @throws AppError as `resolveInside`, `workspace.protected`
 */
export async function resolveAnywhere(root: string, folder: string, input: string, rules: PathRules, own: { places: readonly string[]; below: boolean }): Promise<Place> {
  const inside = await resolveInside(root, folder, input, rules).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'workspace.outside') return null
    throw error
  })
  if (inside !== null) return inside
  const real = await realPlace(locateAnywhere(folder, input, rules), input, 0)
  // The folder by another name.
  if (isInside(root, real, rules)) return resolveInside(root, folder, real, rules)
  if (own.places.some((kept) => isInside(kept, real, rules) || (own.below && isInside(real, kept, rules)))) throw new AppError('workspace.protected', { path: real })
  return { full: real, shown: real, outside: true }
}

/**
 * The entry itself, for moving and deleting: where it is a link, the link, not what it leads to. A link that leads out is refused as everywhere.
 * @throws AppError as `resolveInside`
 */
export async function resolveEntry(root: string, folder: string, input: string, rules: PathRules): Promise<Place> {
  const place = await resolveInside(root, folder, input, rules)
  const written = locateEither(root, folder, input, rules)
  const own = path.join(await realPlace(path.dirname(written), input, 0), path.basename(written))
  // The folder by another name, or a spelling of the same file: only a link is something else than what it resolves to.
  if (own === root || !isInside(root, own, rules) || (await lstat(own).catch(() => null))?.isSymbolicLink() !== true) return place
  return { full: own, shown: path.relative(root, own).split(path.sep).join('/') }
}

/**
 * A file of earlier output that was too long to show (`spillDir`), when `input` is exactly that; null otherwise. Looking there is allowed
 * because the model was given the path; its names are not guessable.
 */
export async function resolveSpilled(spillDir: string, input: string, rules: PathRules): Promise<Place | null> {
  if (input.includes('\0') || !path[rules.flavour].isAbsolute(input)) return null
  try {
    const full = await realpath(input)
    const root = await realpath(spillDir)
    return full !== root && isInside(root, full, rules) ? { full, shown: input } : null
  } catch {
    return null
  }
}

/** A model may write the folder's own name, which can be a link to the real one. */
function locateEither(root: string, folder: string, input: string, rules: PathRules): string {
  if (path[rules.flavour].isAbsolute(input) && !isInside(root, path[rules.flavour].normalize(input), rules)) return locate(folder, input, rules)
  return locate(root, input, rules)
}

/** Resolves links along the way, dangling ones too; parts that do not exist stay as written. */
async function realPlace(full: string, input: string, links: number): Promise<string> {
  if (links > MAX_LINKS) throw new AppError('workspace.failed', { path: input, reason: 'too many symbolic links' })
  try {
    return await realpath(full)
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ENOENT') throw new AppError('workspace.failed', { path: input, reason: code }, { cause: error })
  }
  const parent = path.dirname(full)
  if (parent === full) return full
  const realParent = await realPlace(parent, input, links + 1)
  const here = path.join(realParent, path.basename(full))
  const info = await lstat(here).catch(() => null)
  if (info?.isSymbolicLink() !== true) return here
  // A link whose target is not there: writing "to the link" would create the target, wherever that is.
  return realPlace(path.resolve(realParent, await readlink(here)), input, links + 1)
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}
