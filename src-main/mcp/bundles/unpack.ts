/** Opens a bundle's zip and unpacks it, refusing what a good bundle never has: ways out of its folder, links, names that mean two files, more than it says. */
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import type { Entry, ZipFile } from 'yauzl'
import { AppError } from '../../../src-shared/errors.ts'

export interface BundleLimits {
  entries: number
  /** Bytes unpacked, all files together. */
  bytes: number
}
export const BUNDLE_LIMITS: BundleLimits = { entries: 30_000, bytes: 1_500_000_000 }
const MANIFEST = 'manifest.json'
const MAX_MANIFEST = 1_000_000

const invalid = (reason: string, cause?: unknown): AppError => new AppError('bundle.invalid', { reason }, cause === undefined ? {} : { cause })

/** The text of its manifest, after a look at all of its names. @throws AppError `bundle.invalid` */
export async function readBundleManifest(bundle: Buffer, limits = BUNDLE_LIMITS): Promise<string> {
  let text: string | null = null
  await eachEntry(bundle, limits, async (entry, open) => {
    if (entry.fileName !== MANIFEST) return
    if (entry.uncompressedSize > MAX_MANIFEST) throw invalid('Its manifest.json is too large.')
    const pieces: Buffer[] = []
    for await (const piece of await open()) pieces.push(piece as Buffer)
    text = Buffer.concat(pieces).toString('utf8')
  })
  if (text === null) throw invalid('It has no manifest.json at its top.')
  return text
}

/** Unpacks into `folder`, which must not exist; there is all of it or nothing. @throws AppError `bundle.invalid`, `storage.*` as the system says */
export async function unpackBundle(bundle: Buffer, folder: string, limits = BUNDLE_LIMITS): Promise<void> {
  const under = `${folder}.tmp`
  await rm(under, { recursive: true, force: true })
  await mkdir(under, { recursive: true, mode: 0o700 })
  try {
    await eachEntry(bundle, limits, async (entry, open) => {
      const target = path.join(under, ...entry.fileName.split('/'))
      if (entry.fileName.endsWith('/')) return void (await mkdir(target, { recursive: true }))
      await mkdir(path.dirname(target), { recursive: true })
      await pipeline(await open(), createWriteStream(target, { flags: 'wx', mode: modeOf(entry) }))
    })
    await rename(under, folder)
  } catch (error) {
    await rm(under, { recursive: true, force: true })
    throw error
  }
}

/** Files made on Unix say whether they are programs. */
function modeOf(entry: Entry): number {
  const mode = (entry.externalFileAttributes >>> 16) & 0o777
  return (mode & 0o111) === 0 ? 0o600 : 0o700
}

async function eachEntry(bundle: Buffer, limits: BundleLimits, visit: (entry: Entry, open: () => Promise<Readable>) => Promise<void>): Promise<void> {
  const zip = await openZip(bundle)
  const names = new Set<string>()
  let bytes = 0
  let count = 0
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown): void => reject(error instanceof AppError ? error : invalid(`Its zip is damaged or unsafe (${error instanceof Error ? error.message : String(error)}).`, error))
      zip.on('error', fail)
      zip.on('end', resolve)
      zip.on('entry', (entry: Entry) => {
        void (async () => {
          count += 1
          bytes += entry.uncompressedSize
          if (count > limits.entries) throw invalid(`It holds more than ${limits.entries} files.`)
          if (bytes > limits.bytes) throw invalid(`Unpacked it is larger than ${Math.round(limits.bytes / 1_000_000)} MB.`)
          const problem = nameProblem(entry, names)
          if (problem !== null) throw invalid(`“${entry.fileName.slice(0, 120)}” in it ${problem}.`)
          await visit(entry, () => openEntry(zip, entry))
          zip.readEntry()
        })().catch(fail)
      })
      zip.readEntry()
    })
  } finally {
    zip.close()
  }
}

const LINK = 0o120000
const KIND = 0o170000
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

/** The library refuses absolute names and `..` itself; sizes that are not what the zip says too. */
function nameProblem(entry: Entry, names: Set<string>): string | null {
  const name = entry.fileName.replace(/\/$/, '')
  if (entry.isEncrypted()) return 'is encrypted'
  if (((entry.externalFileAttributes >>> 16) & KIND) === LINK) return 'is a link'
  for (const part of name.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'has a name that leads elsewhere'
    if (/[\\:*?"<>|\p{Cc}]/u.test(part) || /[. ]$/.test(part) || DEVICE.test(part)) return 'has a name that not every system takes'
  }
  const folded = name.normalize('NFC').toLowerCase()
  if (names.has(folded)) return 'is there twice, or differs from another only in case'
  names.add(folded)
  return null
}

/** The library is loaded with the first bundle, which most people never have. */
async function openZip(bundle: Buffer): Promise<ZipFile> {
  const { fromBuffer } = await import('yauzl')
  return new Promise((resolve, reject) => {
    fromBuffer(bundle, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true }, (error, zip) => {
      if (error) reject(invalid('It is no zip file, or a damaged one.', error))
      else resolve(zip)
    })
  })
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error)
      else resolve(stream)
    })
  })
}
