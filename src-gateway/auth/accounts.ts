/** Accounts of this gateway: who they are, their passwords, and the callers that come with one of their keys. */
import type { ToolboxChoice } from '../../src-shared/domain/price.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Clock, Ids } from '../machine.ts'
import type { Database, Sql } from '../store/database.ts'
import { JOINED_KEY_COLUMNS, keyOfJoined, type CallerKey, type JoinedKeyRow, type Keys, type TokenKind } from './keys.ts'
import { hashPassword, hashToken, passwordMatches } from './secrets.ts'

/** `models`: call models. `account`: read and set one’s own account. `admin`: look after the gateway. */
export type Scope = 'models' | 'account' | 'admin'

export interface Account {
  id: string
  username: string
  email: string | null
  displayName: string
  tier: string
  /** The owner looks after the gateway; members use it. */
  role: 'owner' | 'member'
  disabled: boolean
  balanceMicro: number
  reservedMicro: number
  toolbox: ToolboxChoice
  createdAt: number
}

export interface Caller {
  account: Account
  tokenKind: TokenKind
  key: CallerKey
}

export interface Accounts {
  /** Null = nobody we know. @throws HttpFailure 403 for a known key used from outside its addresses. */
  byToken(token: string, address: string | undefined): Promise<Caller | null>
  byId(id: string, tx?: Sql): Promise<Account | null>
  list(): Promise<Account[]>
  /** Null for a wrong username or password, or a disabled account; takes as long for each. */
  byPassword(username: string, password: string): Promise<Account | null>
  /** @throws HttpFailure 409 for a name that is taken. */
  create(request: { username: string; displayName: string; password: string; creditMicro: number }): Promise<Account>
  change(id: string, change: { displayName?: string | undefined; password?: string | undefined; disabled?: boolean | undefined }): Promise<boolean>
  /** A new bearer token for a device or a password login, returned once. `tx` when it is part of a transaction. */
  issueToken(accountId: string, kind: 'ide' | 'login', label: string, tx?: Sql): Promise<string>
  setToolbox(accountId: string, choice: ToolboxChoice): Promise<void>
}

interface Row {
  id: string
  username: string
  email: string | null
  display_name: string
  tier: string
  role: 'owner' | 'member'
  disabled: number
  balance_micro: number
  reserved_micro: number
  toolbox: ToolboxChoice
  created_at: number
}

const COLUMNS = 'id, username, email, display_name, tier, role, disabled, balance_micro, reserved_micro, toolbox, created_at'
const BY_TOKEN = `SELECT ${JOINED_KEY_COLUMNS}, ${COLUMNS.split(', ').map((name) => `a.${name}`).join(', ')} FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = ?`
/** Checked when the username is unknown, so that the answer takes as long. */
const nobody = (cost: number): string => `scrypt$${cost}$${'A'.repeat(22)}$${'A'.repeat(43)}`
const MEMBER_SCOPES: readonly Scope[] = ['models', 'account']
const OWNER_SCOPES: readonly Scope[] = ['models', 'account', 'admin']
/** What a person who signs in to this account may do. */
export const scopesOf = (account: Pick<Account, 'role'>): readonly Scope[] => (account.role === 'owner' ? OWNER_SCOPES : MEMBER_SCOPES)

const toAccount = (row: Row): Account => ({
  id: row.id, username: row.username, email: row.email, displayName: row.display_name, tier: row.tier, role: row.role, disabled: row.disabled === 1,
  balanceMicro: row.balance_micro, reservedMicro: row.reserved_micro, toolbox: row.toolbox, createdAt: row.created_at,
})

export function createAccounts(deps: { database: Database; clock: Clock; ids: Ids; keys: Keys; passwordCost: number; /** Passwords can be checked from then on. */ ready?: () => Promise<void> }): Accounts {
  const { database, clock, ids, keys, passwordCost } = deps
  const byId = async (id: string, tx: Sql = database): Promise<Account | null> => {
    const row = await tx.one<Row>(`SELECT ${COLUMNS} FROM accounts WHERE id = ?`, id)
    return row ? toAccount(row) : null
  }
  return {
    byToken: async (token, address) => {
      const row = await database.one<Row & JoinedKeyRow>(BY_TOKEN, hashToken(token))
      if (!row) return null
      const account = toAccount(row)
      const key = keys.admit(keyOfJoined(row), address)
      return key && !account.disabled ? { account, tokenKind: key.kind, key } : null
    },
    byId,
    list: async () => (await database.all<Row>(`SELECT ${COLUMNS} FROM accounts ORDER BY created_at, username`)).map(toAccount),
    byPassword: async (username, password) => {
      await deps.ready?.()
      const row = await database.one<Row & { password_hash: string }>(`SELECT ${COLUMNS}, password_hash FROM accounts WHERE username = ?`, username)
      const matches = await passwordMatches(password, row?.password_hash ?? nobody(passwordCost))
      return row && matches && row.disabled === 0 ? toAccount(row) : null
    },
    create: async ({ username, displayName, password, creditMicro }) => {
      const hash = await hashPassword(password, passwordCost)
      return database.transaction(async (tx) => {
        if (await tx.one('SELECT 1 AS one FROM accounts WHERE username = ?', username)) throw new HttpFailure(409, `The name “${username}” is taken`, { code: 'name_taken' })
        const id = ids.next('account-')
        const now = clock.now()
        await tx.run(
          `INSERT INTO accounts (id, username, email, display_name, tier, role, password_hash, balance_micro, created_at) VALUES (?, ?, NULL, ?, 'member', 'member', ?, ?, ?)`,
          id, username, displayName, hash, creditMicro, now,
        )
        if (creditMicro > 0) {
          await tx.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, created_at) VALUES (?, 'credit', ?, ?, ?)`, id, creditMicro, creditMicro, now)
        }
        const made = await byId(id, tx)
        if (!made) throw new Error('the account was not made')
        return made
      })
    },
    change: async (id, change) => {
      const account = await byId(id)
      if (!account) return false
      if (change.disabled === true && account.role === 'owner') throw new HttpFailure(400, 'The owner’s account cannot be disabled', { code: 'invalid_request' })
      if (change.displayName !== undefined) await database.run('UPDATE accounts SET display_name = ? WHERE id = ?', change.displayName, id)
      if (change.disabled !== undefined) await database.run('UPDATE accounts SET disabled = ? WHERE id = ?', change.disabled ? 1 : 0, id)
      if (change.password !== undefined) await database.run('UPDATE accounts SET password_hash = ? WHERE id = ?', await hashPassword(change.password, passwordCost), id)
      return true
    },
    issueToken: async (accountId, kind, label, tx = database) => {
      const account = await byId(accountId, tx)
      return (await keys.issue(accountId, kind, { label, scopes: account ? scopesOf(account) : MEMBER_SCOPES }, tx)).secret
    },
    setToolbox: async (accountId, choice) => {
      await database.run('UPDATE accounts SET toolbox = ? WHERE id = ?', choice, accountId)
    },
  }
}
