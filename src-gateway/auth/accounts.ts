/** Accounts and their bearer tokens. A token is kept only as its SHA-256. */
import type { ToolboxChoice } from '../../src-shared/domain/price.ts'
import type { Clock, Ids } from '../machine.ts'
import type { Database } from '../store/database.ts'
import { hashToken, PASSWORD_COST, passwordMatches } from './secrets.ts'

export type TokenKind = 'local' | 'ide' | 'login'

export interface Account {
  id: string
  username: string
  email: string | null
  displayName: string
  tier: string
  balanceMicro: number
  toolbox: ToolboxChoice
}

export interface Caller {
  account: Account
  tokenKind: TokenKind
}

export interface Accounts {
  byToken(token: string): Caller | null
  byId(id: string): Account | null
  /** Null for a wrong username or password; takes as long for either. */
  byPassword(username: string, password: string): Promise<Account | null>
  /** A new bearer token, returned once. */
  issueToken(accountId: string, kind: 'ide' | 'login', label: string): string
  /** `local`: the local account's own token, which is not for revoking. */
  revokeToken(token: string): 'revoked' | 'unknown' | 'local'
  setToolbox(accountId: string, choice: ToolboxChoice): void
}

interface Row {
  id: string
  username: string
  email: string | null
  display_name: string
  tier: string
  balance_micro: number
  toolbox: ToolboxChoice
}

const COLUMNS = 'a.id, a.username, a.email, a.display_name, a.tier, a.balance_micro, a.toolbox'
/** Checked when the username is unknown, so that the answer takes as long. */
const NOBODY = `scrypt$${PASSWORD_COST}$${'A'.repeat(22)}$${'A'.repeat(43)}`

const toAccount = (row: Row): Account => ({
  id: row.id, username: row.username, email: row.email, displayName: row.display_name, tier: row.tier, balanceMicro: row.balance_micro, toolbox: row.toolbox,
})

export function createAccounts(database: Database, clock: Clock, ids: Ids): Accounts {
  return {
    byToken: (token) => {
      const row = database.one<Row & { kind: TokenKind }>(`SELECT ${COLUMNS}, t.kind FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = ?`, hashToken(token))
      return row ? { account: toAccount(row), tokenKind: row.kind } : null
    },
    byId: (id) => {
      const row = database.one<Row>(`SELECT ${COLUMNS} FROM accounts a WHERE a.id = ?`, id)
      return row ? toAccount(row) : null
    },
    byPassword: async (username, password) => {
      const row = database.one<Row & { password_hash: string }>(`SELECT ${COLUMNS}, a.password_hash FROM accounts a WHERE a.username = ?`, username)
      const matches = await passwordMatches(password, row?.password_hash ?? NOBODY)
      return row && matches ? toAccount(row) : null
    },
    issueToken: (accountId, kind, label) => {
      const token = ids.next(`portico-${kind}-`)
      database.run('INSERT INTO tokens (hash, account_id, kind, label, created_at) VALUES (?, ?, ?, ?, ?)', hashToken(token), accountId, kind, label, clock.now())
      return token
    },
    revokeToken: (token) => {
      const hash = hashToken(token)
      const row = database.one<{ kind: TokenKind }>('SELECT kind FROM tokens WHERE hash = ?', hash)
      if (!row) return 'unknown'
      if (row.kind === 'local') return 'local'
      database.run('DELETE FROM tokens WHERE hash = ?', hash)
      return 'revoked'
    },
    setToolbox: (accountId, choice) => void database.run('UPDATE accounts SET toolbox = ? WHERE id = ?', choice, accountId),
  }
}
