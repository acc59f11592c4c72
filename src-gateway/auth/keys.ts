/** Bearer tokens ("keys"): what each may do, from where and until when. A token is kept only as its SHA-256 and told once. */
import type { Scope } from './accounts.ts'
import { isAllowedFrom, readCidr } from './cidr.ts'
import { hashToken } from './secrets.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Clock, Ids, Log } from '../machine.ts'
import type { Database, Sql } from '../store/database.ts'

/** `local`: the owner’s own, in `local-account.json`. `ide`: by device login. `login`: by password. `key`: made for a tool or a person. */
export type TokenKind = 'local' | 'ide' | 'login' | 'key'

/** The key a caller came with, and what it may do. */
export interface CallerKey {
  id: string
  label: string
  scopes: readonly Scope[]
  limits: { requestsPerMinute: number | null; concurrent: number | null }
  /** Models it may call, exact or with `*`; null = all. */
  models: readonly string[] | null
}

export interface StoredKey extends CallerKey {
  accountId: string
  kind: TokenKind
  hint: string
  cidrs: readonly string[] | null
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

export interface NewKey {
  label: string
  scopes: readonly Scope[]
  requestsPerMinute?: number | null
  concurrent?: number | null
  cidrs?: readonly string[] | null
  models?: readonly string[] | null
  /** Epoch ms. */
  expiresAt?: number | null
}

export interface Keys {
  /** A stored key as it holds now; null = expired. Notes its use. @throws HttpFailure 403 for one used from outside its addresses. */
  admit(key: StoredKey, address: string | undefined): StoredKey | null
  /** For keys without limits of their own. */
  setDefaultLimits(limits: CallerKey['limits']): void
  list(): Promise<StoredKey[]>
  find(id: string): Promise<StoredKey | null>
  /** The secret is told once. @throws HttpFailure 400 for a range or a model pattern that cannot be read. */
  issue(accountId: string, kind: TokenKind, key: NewKey, tx?: Sql): Promise<{ id: string; secret: string }>
  change(id: string, change: Partial<NewKey>): Promise<boolean>
  /** `local` ones are not for revoking. */
  revoke(by: { id: string } | { token: string }): Promise<'revoked' | 'unknown' | 'local'>
}

interface Row {
  id: string
  account_id: string
  kind: TokenKind
  label: string
  hint: string
  scopes: string
  requests_per_minute: number | null
  concurrent: number | null
  cidrs: string | null
  models: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

const COLUMNS = 'id, account_id, kind, label, hint, scopes, requests_per_minute, concurrent, cidrs, models, created_at, expires_at, last_used_at'
/** “Last used” is told to the minute, so that a busy key does not write for every call. */
const USED_EVERY_MS = 60_000

// Written below from string arrays.
const list = (text: string | null): string[] | null => (text === null ? null : (JSON.parse(text) as string[]))

/** A key's columns beside an account's, in one look-up: every request makes it. */
export const JOINED_KEY_COLUMNS = `t.id AS key_id, t.created_at AS key_created_at, ${COLUMNS.split(', ').filter((name) => name !== 'id' && name !== 'created_at').map((name) => `t.${name}`).join(', ')}`
export type JoinedKeyRow = Omit<Row, 'id' | 'created_at'> & { key_id: string; key_created_at: number }
export const keyOfJoined = (row: JoinedKeyRow): StoredKey => toKey({ ...row, id: row.key_id, created_at: row.key_created_at })

const toKey = (row: Row): StoredKey => ({
  id: row.id, accountId: row.account_id, kind: row.kind, label: row.label, hint: row.hint,
  // Written from scopes only.
  scopes: row.scopes.split(',') as Scope[],
  limits: { requestsPerMinute: row.requests_per_minute, concurrent: row.concurrent }, cidrs: list(row.cidrs), models: list(row.models),
  createdAt: row.created_at, expiresAt: row.expires_at, lastUsedAt: row.last_used_at,
})

export function createKeys(database: Database, clock: Clock, ids: Ids, log: Log): Keys {
  let defaults: CallerKey['limits'] = { requestsPerMinute: null, concurrent: null }
  const told = new Map<string, number>()
  const noteUse = (id: string): void => {
    const now = clock.now()
    const before = told.get(id)
    if (before !== undefined && Math.abs(now - before) < USED_EVERY_MS) return
    if (told.size > 10_000) told.clear()
    told.set(id, now)
    database.run('UPDATE tokens SET last_used_at = ? WHERE id = ?', now, id).catch((failure: unknown) => log.warn('key.use-not-noted', { reason: failure instanceof Error ? failure.message : 'unknown' }))
  }
  return {
    admit: (key, address) => {
      if (key.expiresAt !== null && key.expiresAt <= clock.now()) return null
      if (!isAllowedFrom(key.cidrs, address)) throw new HttpFailure(403, 'This key may not be used from this address', { code: 'address_not_allowed' })
      noteUse(key.id)
      const { requestsPerMinute, concurrent } = key.limits
      return { ...key, limits: { requestsPerMinute: requestsPerMinute ?? defaults.requestsPerMinute, concurrent: concurrent ?? defaults.concurrent } }
    },
    setDefaultLimits: (limits) => void (defaults = limits),
    list: async () => (await database.all<Row>(`SELECT ${COLUMNS} FROM tokens ORDER BY seq DESC`)).map(toKey),
    find: async (id) => {
      const row = await database.one<Row>(`SELECT ${COLUMNS} FROM tokens WHERE id = ?`, id)
      return row ? toKey(row) : null
    },
    issue: async (accountId, kind, key, tx = database) => {
      checkRules(key)
      const secret = ids.next(`portico-${kind}-`)
      const id = ids.next('key-')
      await tx.run(
        `INSERT INTO tokens (id, hash, account_id, kind, label, hint, scopes, requests_per_minute, concurrent, cidrs, models, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id, hashToken(secret), accountId, kind, key.label, hintOf(secret), key.scopes.join(','), key.requestsPerMinute ?? null, key.concurrent ?? null,
        json(key.cidrs), json(key.models), clock.now(), key.expiresAt ?? null,
      )
      return { id, secret }
    },
    change: async (id, change) => {
      checkRules(change)
      const columns: [string, string | number | null][] = []
      if (change.label !== undefined) columns.push(['label', change.label])
      if (change.scopes !== undefined) columns.push(['scopes', change.scopes.join(',')])
      if (change.requestsPerMinute !== undefined) columns.push(['requests_per_minute', change.requestsPerMinute])
      if (change.concurrent !== undefined) columns.push(['concurrent', change.concurrent])
      if (change.cidrs !== undefined) columns.push(['cidrs', json(change.cidrs)])
      if (change.models !== undefined) columns.push(['models', json(change.models)])
      if (change.expiresAt !== undefined) columns.push(['expires_at', change.expiresAt])
      if (columns.length === 0) return (await database.one('SELECT 1 AS one FROM tokens WHERE id = ?', id)) !== null
      return (await database.run(`UPDATE tokens SET ${columns.map(([name]) => `${name} = ?`).join(', ')} WHERE id = ?`, ...columns.map(([, value]) => value), id)) === 1
    },
    revoke: async (by) => {
      const row = 'id' in by
        ? await database.one<{ id: string; kind: TokenKind }>('SELECT id, kind FROM tokens WHERE id = ?', by.id)
        : await database.one<{ id: string; kind: TokenKind }>('SELECT id, kind FROM tokens WHERE hash = ?', hashToken(by.token))
      if (!row) return 'unknown'
      if (row.kind === 'local') return 'local'
      await database.transaction(async (tx) => {
        await tx.run('DELETE FROM tokens WHERE id = ?', row.id)
        await tx.run(`DELETE FROM budgets WHERE scope = 'key' AND scope_id = ?`, row.id)
      })
      told.delete(row.id)
      return 'revoked'
    },
  }
}

/** Enough to tell keys apart, too little to guess one: `portico-key-Ab3d…`. */
export function hintOf(secret: string): string {
  const prefix = /^portico-[a-z]+-/.exec(secret)?.[0] ?? ''
  return `${secret.slice(0, prefix.length + 4)}…`
}

const json = (values: readonly string[] | null | undefined): string | null => (values === null || values === undefined ? null : JSON.stringify(values))

function checkRules({ cidrs, models }: Pick<NewKey, 'cidrs' | 'models'>): void {
  for (const text of cidrs ?? []) if (!readCidr(text)) throw new HttpFailure(400, `“${text}” is no address range; one looks like 192.168.1.0/24`, { code: 'invalid_request' })
  for (const text of models ?? []) if (text === '' || text.split('*').length > 2) throw new HttpFailure(400, `“${text}” is no model and no pattern of models; one looks like gpt-5*`, { code: 'invalid_request' })
}
