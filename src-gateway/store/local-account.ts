/** Makes sure the local account is there: on the first start with practice credit and a welcome, after a damaged database with the old credentials and a word about it. */
import type { Machine } from '../machine.ts'
import { hashPassword, hashToken } from '../auth/secrets.ts'
import { inboxMessage, type NewMessage } from './inbox.ts'
import { readAccountFile, writeAccountFile, type LocalCredentials } from './account-file.ts'
import type { Database } from './database.ts'

export const PRACTICE_CREDIT_MICRO = 25_000_000

const WELCOME: NewMessage = {
  title: 'Welcome to Portico',
  body: [
    'This gateway runs on your computer. It made one **local account** with **$25.00 of practice credit**: no real money, nothing leaves this machine.',
    'Try it with the model `offline-practice`. It is a rule-based responder, **not an AI**: it reads simple lines such as `list` or `read notes.txt` and uses your tools accordingly.',
    'For real answers add an OpenAI-compatible server such as Ollama in Settings. Its calls are metered with the same prices.',
  ].join('\n\n'),
}

const replaced = (keptAside: string): NewMessage => ({
  title: 'The wallet’s database was damaged',
  body: `The gateway could not read its database and started a fresh one, with new practice credit. **Earlier receipts, messages and sign-ins are not in it**; sign in again where asked.\n\nThe damaged file was kept: \`${keptAside}\``,
})

export interface LocalAccountOptions {
  folder: string
  password: string | null
  practiceCreditMicro: number
  /** scrypt's N for a new password hash. */
  passwordCost: number
  keptAside: string | null
}

/** Returns the credentials that are in force, which are also in `local-account.json`. */
export async function ensureLocalAccount(database: Database, machine: Pick<Machine, 'clock' | 'ids'>, options: LocalAccountOptions): Promise<LocalCredentials> {
  const stored = readAccountFile(options.folder)
  const credentials: LocalCredentials = {
    username: stored?.username ?? 'local',
    token: stored?.token ?? machine.ids.next('portico-local-'),
    password: options.password ?? stored?.password ?? machine.ids.next('').slice(0, 20),
  }
  const existing = database.one<{ id: string; known: number }>(
    `SELECT a.id, EXISTS (SELECT 1 FROM tokens t WHERE t.account_id = a.id AND t.kind = 'local' AND t.hash = ?) AS known FROM accounts a WHERE a.username = ?`,
    hashToken(credentials.token), credentials.username,
  )
  const passwordChanged = stored?.password !== credentials.password
  if (existing && existing.known === 1 && !passwordChanged) return credentials

  const passwordHash = await hashPassword(credentials.password, options.passwordCost)
  writeAccountFile(options.folder, credentials)
  database.transaction(() => {
    const now = machine.clock.now()
    const id = existing?.id ?? machine.ids.next('account-')
    if (existing) database.run('UPDATE accounts SET password_hash = ? WHERE id = ?', passwordHash, id)
    else {
      database.run(
        `INSERT INTO accounts (id, username, email, display_name, tier, password_hash, balance_micro, created_at) VALUES (?, ?, NULL, ?, 'local', ?, ?, ?)`,
        id, credentials.username, 'Local account', passwordHash, options.practiceCreditMicro, now,
      )
      database.run(
        `INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, created_at) VALUES (?, 'practice-credit', ?, ?, ?)`,
        id, options.practiceCreditMicro, options.practiceCreditMicro, now,
      )
      inboxMessage(database, machine.ids.next('message-'), id, options.keptAside ? replaced(options.keptAside) : WELCOME, now)
    }
    database.run(`DELETE FROM tokens WHERE account_id = ? AND kind = 'local'`, id)
    database.run(`INSERT INTO tokens (hash, account_id, kind, label, created_at) VALUES (?, ?, 'local', 'this computer', ?)`, hashToken(credentials.token), id, now)
  })
  return credentials
}
