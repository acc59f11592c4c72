/** This machine as Setup changes it: follows links, keeps modes, checks what is there right before the rename. Plain Node files. */
import { constants } from 'node:fs'
import { access, lstat, mkdir, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import nodePath from 'node:path'
import { AppError } from '../../../src-shared/errors.ts'
import { writeFileAtomic } from '../../storage/atomic-file.ts'
import type { FileHost, FoundFile, Machine } from '../ports.ts'
import { hashOf } from './record.ts'

const MOST_LINKS = 40
/** A configuration file is never this large (bytes). */
const LARGEST = 50 * 1024 * 1024

export function createLocalHost(machine: Machine): FileHost {
  return {
    machine,
    read: readFound,
    async list(folder) {
      try {
        return await readdir(folder)
      } catch {
        // Not there, no folder, or not ours to see: for looking around that is the same.
        return []
      }
    },
    async write(path, bytes, { mode, expect }) {
      const real = await leadsTo(path)
      await checkWritable(path, real)
      const now = await readFound(path)
      if ((now ? hashOf(now.bytes) : null) !== expect) throw new AppError('setup.stale', { path })
      await mkdir(nodePath.dirname(real), { recursive: true })
      await writeFileAtomic(real, bytes, { mode })
    },
    async remove(path, { expect }) {
      const now = await readFound(path)
      if (!now || hashOf(now.bytes) !== expect) throw new AppError('setup.stale', { path })
      try {
        await rm(now.realPath)
      } catch (cause) {
        throw new AppError('setup.not-writable', { path, reason: codeOf(cause) }, { cause })
      }
    },
  }
}

async function readFound(path: string): Promise<FoundFile | null> {
  const realPath = await leadsTo(path)
  try {
    const found = await stat(realPath)
    if (!found.isFile()) throw new AppError('setup.unreadable', { path, reason: 'It is not a file' })
    if (found.size > LARGEST) throw new AppError('setup.unreadable', { path, reason: 'It is too large for a configuration file' })
    return { bytes: await readFile(realPath), mode: found.mode & 0o777, realPath }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (codeOf(cause) === 'ENOENT') return null
    throw new AppError('setup.unreadable', { path, reason: reasonOf(cause) }, { cause })
  }
}

/** The file behind links, also when the last one leads to nothing yet. @throws AppError `setup.unreadable` for links in a circle */
async function leadsTo(path: string): Promise<string> {
  let here = path
  for (let hop = 0; hop < MOST_LINKS; hop += 1) {
    const found = await lstat(here).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw new AppError('setup.unreadable', { path, reason: reasonOf(error) }, { cause: error })
    })
    if (!found?.isSymbolicLink()) return here
    here = nodePath.resolve(nodePath.dirname(here), await readlink(here))
  }
  throw new AppError('setup.unreadable', { path, reason: 'Its links lead in a circle' })
}

/** A read-only file is somebody's decision: a rename would go around it. */
async function checkWritable(path: string, real: string): Promise<void> {
  const found = await stat(real).catch(() => null)
  if (found && (found.mode & 0o222) === 0) throw new AppError('setup.not-writable', { path, reason: 'It is read-only' })
  try {
    await access(found ? real : await nearestFolder(real), constants.W_OK)
    if (found) await access(nodePath.dirname(real), constants.W_OK)
  } catch (cause) {
    throw new AppError('setup.not-writable', { path, reason: reasonOf(cause) }, { cause })
  }
}

async function nearestFolder(file: string): Promise<string> {
  let folder = nodePath.dirname(file)
  while ((await stat(folder).catch(() => null)) === null && nodePath.dirname(folder) !== folder) folder = nodePath.dirname(folder)
  return folder
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES': case 'EPERM':
      return 'The system does not allow it (permissions)'
    case 'ENOTDIR':
      return 'A file stands where its folder should be'
    case 'EROFS':
      return 'The disk is read-only'
    case 'ENAMETOOLONG':
      return 'Its name is too long'
    default:
      return `The system refused (${codeOf(error)})`
  }
}
