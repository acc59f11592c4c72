/** Opens the store a gateway was started with: the SQLite file of its data folder, or the PostgreSQL server it shares with others. */
import type { Log } from '../machine.ts'
import { openDatabase } from './database.ts'
import { isPostgresUrl, openPostgres } from './postgres.ts'
import type { OpenedDatabase } from './sqlite.ts'

/** Neither a PostgreSQL address nor left out. */
export class UnknownStore extends Error {
  constructor() {
    super('The store must be an address such as postgres://user@host/database; without one a SQLite file in the data folder is used.')
    this.name = 'UnknownStore'
  }
}

/** @throws DataInUse, StoreUnreachable, UnknownStore, or the system's own error when the data folder cannot be used. */
export async function openStore(options: { folder: string; url: string | null; now: number; log: Log }): Promise<OpenedDatabase> {
  const { folder, url, now, log } = options
  if (url === null) return openDatabase(folder, now)
  if (!isPostgresUrl(url)) throw new UnknownStore()
  const database = await openPostgres(url, { onConnectionLost: (reason) => log.warn('store.connection-lost', { reason }) })
  return { database, keptAside: null }
}
