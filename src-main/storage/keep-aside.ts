/** Moves a damaged file out of the way under a name that tells when, so that a fresh one can take its place and nothing is thrown away. */
import { existsSync, renameSync } from 'node:fs'

/** Told to the person: where the damaged copy lies now. */
export interface Recovered {
  keptAt: string
}

/** Renames `file` to `file.damaged-<UTC time>`, with every companion (`-wal`, `-shm`) beside it. `now` is epoch milliseconds. */
export function keepAside(file: string, now: number, companions: readonly string[] = []): Recovered {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  let keptAt = `${file}.damaged-${stamp}`
  for (let n = 2; existsSync(keptAt); n += 1) keptAt = `${file}.damaged-${stamp}-${n}`
  renameSync(file, keptAt)
  for (const ending of companions) if (existsSync(file + ending)) renameSync(file + ending, keptAt + ending)
  return { keptAt }
}
