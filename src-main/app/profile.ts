/** A short name for a data folder, which keeps its secrets apart from another folder's in the same keychain. Pure. */
import { createHash } from 'node:crypto'
import path from 'node:path'

export function profileOf(dataFolder: string): string {
  return createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 12)
}
