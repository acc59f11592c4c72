/**
 * Which gateway processes are alive, so that a call whose process died is closed by another. Processes that share a store are told apart by the store's
 * own clock, never by theirs; a SQLite file belongs to one process, so every earlier one is dead the moment the next has it open.
 */
import type { Database, Sql } from '../store/database.ts'
import type { Clock } from '../machine.ts'

/** How long a process may be silent before its calls count as abandoned. */
export const LEASE_MS = 30_000
/** A lease this long over is forgotten. */
const FORGOTTEN_MS = 86_400_000

const millisOf = (time: string): string => `CAST(floor(extract(epoch FROM ${time}) * 1000) AS BIGINT)`
const DATABASE_NOW = millisOf('clock_timestamp()')
/** While the store was away nobody could renew a lease: who had one then has it for as long again, counted from the store's return. */
const DATABASE_STARTED = millisOf('pg_postmaster_start_time()')
const isAlive = (lease: string): string =>
  `(${lease}expires_at > ${DATABASE_NOW} OR (${DATABASE_STARTED} > ${DATABASE_NOW} - ${LEASE_MS} AND ${lease}expires_at > ${DATABASE_STARTED} - ${FORGOTTEN_MS}))`

export interface Leases {
  renew(): Promise<void>
  end(): Promise<void>
  /** Ids of open receipts that belong to no living process, at most `limit`. */
  abandonedReceipts(limit: number): Promise<string[]>
  /** In a transaction: true when the process that opened a receipt is gone; while it lasts no renewal comes between. */
  isAbandoned(tx: Sql, instanceId: string): Promise<boolean>
  forgetOld(): Promise<void>
}

export function createLeases(database: Database, clock: Clock, own: string): Leases {
  const isShared = database.dialect === 'postgres'
  let isKnown = false
  const now = isShared ? DATABASE_NOW : '?'
  const time = (): number[] => (isShared ? [] : [clock.now()])
  return {
    renew: async () => {
      // A file of our own needs no sign of life: writing one every few seconds would only keep a disk awake.
      if (isKnown && !isShared) return
      await database.run(
        `INSERT INTO instances (id, expires_at) VALUES (?, ${now} + ${LEASE_MS}) ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
        own, ...time(),
      )
      isKnown = true
    },
    end: async () => {
      await database.run('DELETE FROM instances WHERE id = ?', own)
    },
    abandonedReceipts: async (limit) => {
      const ofTheDead = isShared ? `AND NOT EXISTS (SELECT 1 FROM instances i WHERE i.id = receipts.instance_id AND ${isAlive('i.')})` : ''
      const rows = await database.all<{ id: string }>(`SELECT id FROM receipts WHERE status = 'pending' AND instance_id <> ? ${ofTheDead} ORDER BY seq LIMIT ?`, own, limit)
      return rows.map((row) => row.id)
    },
    isAbandoned: async (tx, instanceId) => {
      if (instanceId === own) return false
      if (!isShared) return true
      const lease = await tx.one<{ alive: boolean }>(`SELECT ${isAlive('')} AS alive FROM instances WHERE id = ? FOR UPDATE`, instanceId)
      return lease?.alive !== true
    },
    forgetOld: async () => {
      // Without an open receipt nobody asks for it again.
      await database.run(
        `DELETE FROM instances WHERE id <> ? AND expires_at < ${now} - ${FORGOTTEN_MS} AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.instance_id = instances.id AND r.status = 'pending')`,
        own, ...time(),
      )
    },
  }
}
