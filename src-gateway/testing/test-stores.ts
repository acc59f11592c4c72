/** For tests that must hold on both stores: runs them for a SQLite file and for a PostgreSQL server started for the test file. */
import { describe } from 'vitest'
import { openDatabase, type Database } from '../store/database.ts'
import { openPostgres } from '../store/postgres.ts'
import { onCleanup, temporaryFolder } from './test-machine.ts'
import { usePostgres } from './test-postgres.ts'

export interface TestStore {
  dialect: Database['dialect']
  /** What a child process opens: the data folder, or the address. */
  location: string
  /** Opens it (again, after the last was closed); closed with the test when the test did not. */
  open(): Promise<Database>
}

/** `fresh` makes an empty store. */
export function describeStores(title: string, body: (fresh: () => Promise<TestStore>, dialect: Database['dialect']) => void): void {
  describe(`${title} (SQLite)`, () => {
    body(async () => {
      const location = temporaryFolder()
      return testStore('sqlite', location, async () => (await openDatabase(location, 0)).database)
    }, 'sqlite')
  })
  describe(`${title} (PostgreSQL)`, () => {
    const newDatabase = usePostgres()
    body(async () => {
      const location = await newDatabase()
      return testStore('postgres', location, () => openPostgres(location))
    }, 'postgres')
  })
}

function testStore(dialect: Database['dialect'], location: string, open: () => Promise<Database>): TestStore {
  return {
    dialect, location,
    open: async () => {
      const database = await open()
      onCleanup(() => database.close())
      return database
    },
  }
}

/** An account with a balance whose wallet entry is there, as the gateway itself would make it. */
export async function addAccount(database: Database, id: string, balanceMicro: number): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.run(`INSERT INTO accounts (id, username, display_name, tier, password_hash, balance_micro, created_at) VALUES (?, ?, ?, 'local', '-', ?, 0)`, id, id, id, balanceMicro)
    await tx.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, created_at) VALUES (?, 'practice-credit', ?, ?, 0)`, id, balanceMicro, balanceMicro)
  })
}
