/** Makes sure the local account is there: on the first start with practice credit and a welcome, after a damaged database with the old credentials and a word about it. */
import type { Machine } from '../machine.ts'
import { hintOf } from '../auth/keys.ts'
import { hashPassword, hashToken } from '../auth/secrets.ts'
import { inboxMessage, type NewMessage } from './inbox.ts'
import { readAccountFile, writeAccountFile, type LocalCredentials } from './account-file.ts'
import type { Database, Sql } from './database.ts'

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
  /** Takes work that the start need not wait for; without it everything is done when the credentials are returned. */
  later?: (work: Promise<void>) => void
}

/** In place of a hash that is still being made; no password matches it. A start that finds it makes it anew. */
const UNSET = 'unset'

/** What the credentials file says where another gateway on the same store made the account: its password is in that one's file. */
const ELSEWHERE = 'as in the data folder of the gateway that made this account'

/**
 * Returns the credentials that are in force, which are also in `local-account.json`. Gateways that share a store share the account; each has a token of its own.
 */
export async function ensureLocalAccount(database: Database, machine: Pick<Machine, 'clock' | 'ids'>, options: LocalAccountOptions): Promise<LocalCredentials> {
  const stored = readAccountFile(options.folder)
  const username = stored?.username ?? 'local'
  const existing = await database.one<{ id: string; password_hash: string }>('SELECT id, password_hash FROM accounts WHERE username = ?', username)
  const isShared = database.dialect !== 'sqlite'
  const credentials: LocalCredentials = {
    username,
    token: stored?.token ?? machine.ids.next('portico-local-'),
    password: options.password ?? stored?.password ?? (isShared && existing ? ELSEWHERE : machine.ids.next('').slice(0, 20)),
  }
  const known = existing && (await database.one('SELECT 1 AS one FROM tokens WHERE account_id = ? AND kind = ? AND hash = ?', existing.id, 'local', hashToken(credentials.token)))
  const passwordChanged = (stored?.password !== credentials.password || existing?.password_hash === UNSET) && credentials.password !== ELSEWHERE
  if (known && !passwordChanged) return credentials

  const hashed = hashPassword(credentials.password, options.passwordCost)
  // A new account's hash may come a moment later: nobody knows the password yet, and a first start should not wait for it.
  const passwordHash = existing || !options.later ? await hashed : UNSET
  writeAccountFile(options.folder, credentials)
  await database.transaction(async (tx) => {
    const now = machine.clock.now()
    const made = existing ? null : await makeAccount(tx, machine, { ...options, username, passwordHash, now })
    const id = existing?.id ?? made ?? (await tx.one<{ id: string }>('SELECT id FROM accounts WHERE username = ?', username))?.id
    if (id === undefined) throw new Error('the local account was not made')
    if (existing && passwordChanged) await tx.run('UPDATE accounts SET password_hash = ? WHERE id = ?', passwordHash, id)
    // A token that was lost must not stay good; on a shared store the others belong to other gateways.
    if (!isShared) await tx.run(`DELETE FROM tokens WHERE account_id = ? AND kind = 'local'`, id)
    await tx.run(
      `INSERT INTO tokens (id, hash, account_id, kind, label, hint, scopes, created_at) VALUES (?, ?, ?, 'local', 'this computer', ?, 'models,account,admin', ?) ON CONFLICT (hash) DO NOTHING`,
      machine.ids.next('key-'), hashToken(credentials.token), id, hintOf(credentials.token), now,
    )
  })
  if (passwordHash === UNSET) {
    options.later?.(hashed.then(async (hash) => {
      await database.run('UPDATE accounts SET password_hash = ? WHERE username = ? AND password_hash = ?', hash, username, UNSET)
    }))
  }
  return credentials
}

/** Null when another gateway on the same store made it in the same moment. */
async function makeAccount(
  tx: Sql, machine: Pick<Machine, 'ids'>, { username, passwordHash, practiceCreditMicro, keptAside, now }: LocalAccountOptions & { username: string; passwordHash: string; now: number },
): Promise<string | null> {
  const id = machine.ids.next('account-')
  const isOurs = await tx.run(
    `INSERT INTO accounts (id, username, email, display_name, tier, role, password_hash, balance_micro, created_at) VALUES (?, ?, NULL, 'Local account', 'local', 'owner', ?, ?, ?)
     ON CONFLICT (username) DO NOTHING`,
    id, username, passwordHash, practiceCreditMicro, now,
  )
  if (isOurs === 0) return null
  await tx.run(
    `INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, created_at) VALUES (?, 'practice-credit', ?, ?, ?)`,
    id, practiceCreditMicro, practiceCreditMicro, now,
  )
  await inboxMessage(tx, machine.ids.next('message-'), id, keptAside ? replaced(keptAside) : WELCOME, now)
  return id
}
