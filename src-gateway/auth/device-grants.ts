/** Device login (`/v1/auth/device/*`): who asked, what was decided, and the token given out exactly once. Survives a restart; codes are kept hashed. */
import type { Clock, Ids } from '../machine.ts'
import type { Database } from '../store/database.ts'
import type { Accounts } from './accounts.ts'
import { hashToken } from './secrets.ts'
import { newUserCode } from './user-code.ts'

const LIFETIME_SECONDS = 600
const INTERVAL_SECONDS = 2
/** Added to the interval by every `slow_down` (RFC 8628, 3.5). */
const SLOW_DOWN_SECONDS = 5
/** A poll this much early is the network's doing, not impatience. */
const TOLERANCE_MS = 200

export interface ClientInfo {
  platform: string | null
  version: string | null
}

export interface PendingGrant {
  userCode: string
  client: ClientInfo
  /** Epoch ms. */
  expiresAt: number
}

export type PollResult =
  | { status: 'pending' | 'denied' | 'expired' }
  | { status: 'slow_down'; interval: number }
  | { status: 'approved'; ide_token: string }

export interface DeviceGrants {
  start(client: ClientInfo): Promise<{ deviceCode: string; userCode: string; expiresIn: number; interval: number }>
  /** Null for a code that never was, or is long gone. */
  poll(deviceCode: string): Promise<PollResult | null>
  /** The grant behind a code that still waits; null when unknown, decided or expired. */
  pending(userCode: string): Promise<PendingGrant | null>
  /** False when there is nothing (left) to decide. */
  decide(userCode: string, decision: 'approved' | 'denied', accountId: string): Promise<boolean>
}

interface Row {
  user_code: string
  client_info: string
  status: 'pending' | 'approved' | 'denied' | 'delivered'
  account_id: string | null
  interval_seconds: number
  expires_at: number
  polled_at: number | null
}

export function createDeviceGrants(database: Database, clock: Clock, ids: Ids, accounts: Accounts): DeviceGrants {
  return {
    start: async (client) => {
      const now = clock.now()
      // Expired grants are kept an hour, so that a late poll hears "expired" rather than "unknown".
      await database.run('DELETE FROM device_grants WHERE expires_at < ?', now - 3_600_000)
      const deviceCode = ids.next('device-')
      const insert = async (attempt: number): Promise<string> => {
        const userCode = newUserCode()
        const added = await database.run(
          `INSERT INTO device_grants (device_hash, user_code, client_info, status, interval_seconds, created_at, expires_at)
           VALUES (?, ?, ?, 'pending', ?, ?, ?) ON CONFLICT DO NOTHING`,
          hashToken(deviceCode), userCode, JSON.stringify(client), INTERVAL_SECONDS, now, now + LIFETIME_SECONDS * 1000,
        )
        if (added === 1) return userCode
        if (attempt >= 5) throw new Error('no free user code')
        return insert(attempt + 1)
      }
      return { deviceCode, userCode: await insert(1), expiresIn: LIFETIME_SECONDS, interval: INTERVAL_SECONDS }
    },
    poll: (deviceCode) =>
      database.transaction(async (tx): Promise<PollResult | null> => {
        const hash = hashToken(deviceCode)
        // Written first, so that of two polls at one moment the second waits here: the token goes out once.
        await tx.run('UPDATE device_grants SET polled_at = polled_at WHERE device_hash = ?', hash)
        const row = await tx.one<Row>('SELECT * FROM device_grants WHERE device_hash = ?', hash)
        if (!row) return null
        const now = clock.now()
        if (row.status === 'denied') return { status: 'denied' }
        if (now >= row.expires_at || row.status === 'delivered') return { status: 'expired' }
        if (row.status === 'approved' && row.account_id) {
          if ((await accounts.byId(row.account_id, tx))?.disabled !== false) return { status: 'denied' }
          await tx.run(`UPDATE device_grants SET status = 'delivered' WHERE device_hash = ?`, hash)
          return { status: 'approved', ide_token: await accounts.issueToken(row.account_id, 'ide', labelOf(row.client_info), tx) }
        }
        const early = row.polled_at !== null && now - row.polled_at < row.interval_seconds * 1000 - TOLERANCE_MS
        const interval = row.interval_seconds + (early ? SLOW_DOWN_SECONDS : 0)
        await tx.run('UPDATE device_grants SET polled_at = ?, interval_seconds = ? WHERE device_hash = ?', now, interval, hash)
        return early ? { status: 'slow_down', interval } : { status: 'pending' }
      }),
    pending: async (userCode) => {
      const row = await database.one<Row>(`SELECT * FROM device_grants WHERE user_code = ? AND status = 'pending' AND expires_at > ?`, userCode, clock.now())
      // Written by `start` above from a ClientInfo.
      return row ? { userCode: row.user_code, client: JSON.parse(row.client_info) as ClientInfo, expiresAt: row.expires_at } : null
    },
    decide: async (userCode, decision, accountId) =>
      (await database.run(
        `UPDATE device_grants SET status = ?, account_id = ? WHERE user_code = ? AND status = 'pending' AND expires_at > ?`,
        decision, accountId, userCode, clock.now(),
      )) === 1,
  }
}

const PLATFORMS: ReadonlyMap<string, string> = new Map([['linux', 'Linux'], ['darwin', 'macOS'], ['win32', 'Windows']])

/** How the key is called where keys are listed. */
function labelOf(clientInfo: string): string {
  // Written by `start` above from a ClientInfo.
  const { platform, version } = JSON.parse(clientInfo) as ClientInfo
  const where = platform === null ? '' : ` on ${PLATFORMS.get(platform) ?? platform}`
  return `App${where}${version === null ? '' : `, version ${version}`}`.slice(0, 100)
}
