/** A small JSON document on disk: parsed once by a schema at open, written whole afterwards. A damaged file is kept aside and said. */
import { readFile } from 'node:fs/promises'
import { AppError } from '../../src-shared/errors.ts'
import { writeFileAtomic } from './atomic-file.ts'
import { keepAside, type Recovered } from './keep-aside.ts'
import type { JsonStore } from './ports.ts'

/** The one thing we ask of a schema; any zod schema has it. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false }
}

export interface JsonStoreOptions<T> {
  path: string
  schema: Schema<T>
  /** What a missing or damaged file stands for. */
  defaults: T
  clock: { now(): number }
  /** Permission bits; 0o600 unless told otherwise. */
  mode?: number
}

/**
 * Opens the document; a missing file is no failure. `recovered` tells where a damaged one was kept.
 * @throws AppError `storage.failed` when the file is there and cannot be read or moved.
 */
export async function openJsonStore<T>(options: JsonStoreOptions<T>): Promise<{ store: JsonStore<T>; recovered: Recovered | null }> {
  const { path, schema, defaults, clock, mode = 0o600 } = options
  const text = await readOrNull(path)
  const parsed = text === null ? null : parseText(text, schema)
  const recovered = text !== null && parsed === null ? keepAside(path, clock.now()) : null
  let value = parsed ? parsed.data : defaults
  return {
    store: {
      get: () => value,
      async set(next) {
        const before = value
        value = next
        try {
          await writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`, { mode })
        } catch (error) {
          // What could not be kept must not look kept; a newer value set meanwhile stays.
          if (value === next) value = before
          throw error
        }
      },
    },
    recovered,
  }
}

function parseText<T>(text: string, schema: Schema<T>): { data: T } | null {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = schema.safeParse(raw)
  return parsed.success ? { data: parsed.data } : null
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    if (code === 'ENOENT') return null
    throw new AppError('storage.failed', { path, reason: code }, { cause })
  }
}
