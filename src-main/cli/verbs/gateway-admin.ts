/** `portico gateway keys …` and `portico gateway accounts …`: looks after a gateway over its own routes, as the local account or by PORTICO_TOKEN. */
import type { z } from 'zod'
import { formatMoney, microFromDollars, type MicroDollars } from '../../../src-shared/domain/money.ts'
import { AppError } from '../../../src-shared/errors.ts'
import {
  accountCreditRoute, ADMIN_ROUTES, createdKeySchema, gatewayAccountSchema, gatewayAccountsSchema, gatewayKeysSchema, keyRoute, newAccountSchema, SCOPES,
  type GatewayKey, type newKeySchema,
} from '../../../src-shared/http/gateway-admin.ts'
import { normaliseBaseUrl } from '../../api/base-url.ts'
import { UsageError, type Invocation } from '../arguments.ts'
import { EXIT } from '../exit-codes.ts'
import { forTerminal } from '../output.ts'
import type { Verb, VerbContext } from '../run.ts'

type Account = z.output<typeof gatewayAccountSchema>
type Ask = <T>(route: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }, how?: { method?: 'POST' | 'DELETE'; body?: unknown }) => Promise<T>

/** The gateway at `--url` by PORTICO_TOKEN, else the data folder's own by its local account, which may do everything. */
async function asker({ invocation, services, interrupted }: VerbContext): Promise<Ask> {
  const typed = invocation.values['url']
  const token = services.platform.env['PORTICO_TOKEN']
  if (typed !== undefined && !token) throw new AppError('auth.not-signed-in', { advice: 'Set PORTICO_TOKEN to a key of that gateway with the scope admin.' })
  const local = typed === undefined ? await services.local.access() : null
  const base = typed === undefined ? (local?.url ?? '') : normaliseBaseUrl(typed)
  return (route, schema, { method, body } = {}) =>
    services.http.json({ url: `${base}${route}`, schema, token: token || (local?.token ?? null), signal: interrupted, ...(method ? { method } : {}), ...(body === undefined ? {} : { body }) })
}

/** Whatever it is: the answer's own shape does not matter. */
const anything = { safeParse: (value: unknown) => ({ success: true as const, data: value }) }

export const runKeysList: Verb = async (context) => {
  const ask = await asker(context)
  const [{ keys }, { accounts }] = await Promise.all([ask(ADMIN_ROUTES.keys, gatewayKeysSchema), ask(ADMIN_ROUTES.accounts, gatewayAccountsSchema)])
  const nameOf = (id: string): string => accounts.find((account) => account.id === id)?.username ?? id
  context.output.answer(
    table([['ID', 'LABEL', 'KEY', 'ACCOUNT', 'SCOPES', 'SPENT', 'LAST USED', 'EXPIRES'], ...keys.map((key) => keyRow(key, nameOf(key.account_id)))]),
    { keys },
  )
  return EXIT.ok
}

const keyRow = (key: GatewayKey, account: string): string[] => [
  key.id, key.label, `${key.hint}…`, account, key.scopes.join(','), formatMoney(key.spent.total), key.last_used_at ?? 'never', key.expires_at ?? 'never',
]

export const runKeysAdd: Verb = async (context) => {
  const { invocation, output, services } = context
  const request = newKey(invocation, services.platform.clock.now())
  const ask = await asker(context)
  const username = invocation.values['account']
  const account = username === undefined ? null : await findAccount(ask, username)
  const { key, secret } = await ask(ADMIN_ROUTES.keys, createdKeySchema, { method: 'POST', body: { ...request, ...(account ? { account_id: account.id } : {}) } })
  output.note(`Key ${key.id} (${key.scopes.join(', ')}). It is told only now:`)
  output.answer(secret, { key, secret })
  return EXIT.ok
}

function newKey(invocation: Invocation, now: number): z.input<typeof newKeySchema> {
  const { words, values, lists } = invocation
  const scopes = (lists['scope'] ?? ['models']).map((word) => {
    const scope = SCOPES.find((known) => known === word)
    if (!scope) throw new UsageError(`--scope must be ${SCOPES.join(', ')}; not “${word}”.`, invocation.verb)
    return scope
  })
  const money = (name: string): MicroDollars | null => (values[name] === undefined ? null : dollarsOf(values[name], `--${name}`, invocation))
  const count = (name: string): number | null => {
    const text = values[name]
    if (text === undefined) return null
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`--${name} must be a whole number from 1; not “${text}”.`, invocation.verb)
    return Number(text)
  }
  return {
    label: words[0] ?? '', scopes: [...new Set(scopes)],
    limits: { requests_per_minute: count('per-minute'), concurrent: count('concurrent') }, budgets: { day: money('day'), month: money('month'), total: money('total') },
    cidrs: lists['cidr'] ? [...lists['cidr']] : null, models: lists['model'] ? [...lists['model']] : null, expires_at: expiryOf(values['expires'], now, invocation),
  }
}

const DAY_MS = 86_400_000

function expiryOf(text: string | undefined, now: number, invocation: Invocation): string | null {
  if (text === undefined) return null
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const time = days === undefined ? (/^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN) : now + Number(days) * DAY_MS
  if (!Number.isFinite(time) || time <= now) throw new UsageError(`--expires must be a time to come, such as 2027-01-31T00:00:00Z or 30d; not “${text}”.`, invocation.verb)
  return new Date(time).toISOString()
}

export const runKeysRevoke: Verb = async (context) => {
  const ask = await asker(context)
  const id = context.invocation.words[0] ?? ''
  await ask(keyRoute(id), anything, { method: 'DELETE' })
  context.output.answer(`The key ${id} is ended.`, { revoked: id })
  return EXIT.ok
}

export const runAccountsList: Verb = async (context) => {
  const ask = await asker(context)
  const { accounts } = await ask(ADMIN_ROUTES.accounts, gatewayAccountsSchema)
  context.output.answer(
    table([['USERNAME', 'NAME', 'ROLE', 'BALANCE', 'RESERVED', 'SPENT'], ...accounts.map((account) => [
      account.username, account.display_name, account.disabled ? `${account.role}, disabled` : account.role, formatMoney(account.balance_micro_usd), formatMoney(account.reserved_micro_usd), formatMoney(account.spent.total),
    ])]),
    { accounts },
  )
  return EXIT.ok
}

export const runAccountsAdd: Verb = async (context) => {
  const { invocation, output, services } = context
  const username = invocation.words[0] ?? ''
  // Not an option: a command line can be read by everyone on the machine.
  const password = services.platform.env['PORTICO_NEW_PASSWORD'] || (await context.readStdin()).replace(/\r?\n$/, '')
  const body = { username, display_name: invocation.values['name'] ?? username, password, credit_micro_usd: invocation.values['credit'] === undefined ? 0 : dollarsOf(invocation.values['credit'], '--credit', invocation) }
  const wrong = newAccountSchema.safeParse(body).error?.issues[0]
  if (wrong) throw new UsageError(WRONG_ACCOUNT[String(wrong.path[0])] ?? wrong.message, invocation.verb)
  const ask = await asker(context)
  await ask(ADMIN_ROUTES.accounts, anything, { method: 'POST', body })
  output.answer(`The account ${username} is there. Make a key for it: portico gateway keys add LABEL --account ${username}`, { username })
  return EXIT.ok
}

const WRONG_ACCOUNT: Readonly<Record<string, string>> = {
  username: 'A username is 1 to 40 of a-z, 0-9, dot, _ and -, and begins with a letter or digit.', password: 'A password needs 8 characters or more; give it in PORTICO_NEW_PASSWORD or on stdin.',
  display_name: 'A name has 1 to 100 characters.', credit_micro_usd: '--credit must be dollars from 0 to 1000.',
}

export const runAccountsCredit: Verb = async (context) => {
  const { invocation, output } = context
  const [username = '', dollars = ''] = invocation.words
  const amount = dollarsOf(dollars, 'The amount', invocation)
  if (amount <= 0) throw new UsageError('The amount must be more than 0 dollars.', invocation.verb)
  const ask = await asker(context)
  const account = await findAccount(ask, username)
  await ask(accountCreditRoute(account.id), anything, { method: 'POST', body: { amount_micro_usd: amount } })
  const after = await findAccount(ask, username)
  output.answer(`${username} has ${formatMoney(after.balance_micro_usd)} now.`, { username, balance_micro_usd: after.balance_micro_usd })
  return EXIT.ok
}

async function findAccount(ask: Ask, username: string): Promise<Account> {
  const { accounts } = await ask(ADMIN_ROUTES.accounts, gatewayAccountsSchema)
  const account = accounts.find((one) => one.username === username)
  if (!account) throw new AppError('ipc.invalid-input', { issue: `There is no account “${username}”.` })
  return account
}

function dollarsOf(text: string, what: string, invocation: Invocation): MicroDollars {
  const micro = microFromDollars(text)
  if (micro === null || micro < 0) throw new UsageError(`${what} must be dollars, such as 5 or 0.50; not “${text}”.`, invocation.verb)
  return micro
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)), [])
  return rows.map((row) => forTerminal(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).trimEnd())
}
