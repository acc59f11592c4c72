/** `/local/v1/keys` and `/local/v1/accounts`: the people and keys of this gateway, for whoever looks after it. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import {
  ADMIN_ROUTES, changeAccountSchema, changeKeySchema, creditRequestSchema, newAccountSchema, newKeySchema,
  type gatewayAccountSchema, type gatewayKeySchema,
} from '../../src-shared/http/gateway-admin.ts'
import type { Account } from '../auth/accounts.ts'
import type { NewKey, StoredKey } from '../auth/keys.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import type { BudgetScope } from '../ledger/budgets.ts'
import { capsOf, changeCaps, spentBy, type ByPeriod } from '../ledger/spend-sums.ts'

export function adminPeopleRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { keys, accounts, ledger, database, machine } = gateway
  const money = async (scope: BudgetScope, id: string) => ({ budgets: await capsOf(database, scope, id), spent: await spentBy(database, scope, id, machine.clock.now()) })
  const keyOnWire = async (key: StoredKey): Promise<z.input<typeof gatewayKeySchema>> => ({
    id: key.id, label: key.label, hint: key.hint, account_id: key.accountId, kind: key.kind, scopes: [...key.scopes],
    limits: { requests_per_minute: key.limits.requestsPerMinute, concurrent: key.limits.concurrent }, ...(await money('key', key.id)),
    cidrs: key.cidrs ? [...key.cidrs] : null, models: key.models ? [...key.models] : null,
    created_at: iso(key.createdAt), expires_at: key.expiresAt === null ? null : iso(key.expiresAt), last_used_at: key.lastUsedAt === null ? null : iso(key.lastUsedAt),
  })
  const accountOnWire = async (account: Account): Promise<z.input<typeof gatewayAccountSchema>> => ({
    id: account.id, username: account.username, display_name: account.displayName, role: account.role, disabled: account.disabled,
    balance_micro_usd: account.balanceMicro, reserved_micro_usd: account.reservedMicro, ...(await money('account', account.id)), created_at: iso(account.createdAt),
  })
  const foundKey = async (id: string): Promise<StoredKey> => {
    const key = await keys.find(id)
    if (!key) throw new HttpFailure(404, 'No such key')
    return key
  }
  const foundAccount = async (id: string): Promise<Account> => {
    const account = await accounts.byId(id)
    if (!account) throw new HttpFailure(404, 'No such account')
    return account
  }
  const applyBudgets = async (scope: BudgetScope, id: string, caps: Partial<ByPeriod<number | null | undefined>> | undefined): Promise<void> => {
    if (caps) await database.transaction((tx) => changeCaps(tx, scope, id, caps))
  }

  app.get(ADMIN_ROUTES.keys, async (context) => {
    callerOf(context, 'admin')
    return context.json({ keys: await Promise.all((await keys.list()).map(keyOnWire)) })
  })
  app.post(ADMIN_ROUTES.keys, async (context) => {
    const caller = callerOf(context, 'admin')
    const request = await readJson(context, newKeySchema)
    const account = await foundAccount(request.account_id ?? caller.account.id)
    if (request.scopes.includes('admin') && account.role !== 'owner') throw new HttpFailure(400, 'Only a key of the owner’s account can have the scope “admin”', { code: 'invalid_request' })
    const rest = restOf(request)
    if (rest.expiresAt !== undefined && rest.expiresAt !== null && rest.expiresAt <= machine.clock.now()) throw new HttpFailure(400, 'expires_at: this key would be over before its first call', { code: 'invalid_request' })
    const made = await database.transaction(async (tx) => {
      const issued = await keys.issue(account.id, 'key', { label: request.label, scopes: request.scopes, ...rest }, tx)
      if (request.budgets) await changeCaps(tx, 'key', issued.id, request.budgets)
      return issued
    })
    return context.json({ key: await keyOnWire(await foundKey(made.id)), secret: made.secret }, 201)
  })
  app.patch(`${ADMIN_ROUTES.keys}/:id`, async (context) => {
    callerOf(context, 'admin')
    const key = await foundKey(context.req.param('id') ?? '')
    const change = await readJson(context, changeKeySchema)
    // Each of them could lock the person at this computer out.
    if (key.kind === 'local' && (change.scopes || change.expires_at || change.cidrs)) throw new HttpFailure(403, 'The scopes, the addresses and the end of this computer’s own key are not for changing')
    if (change.scopes?.includes('admin') && (await foundAccount(key.accountId)).role !== 'owner') throw new HttpFailure(400, 'Only a key of the owner’s account can have the scope “admin”', { code: 'invalid_request' })
    await keys.change(key.id, { ...(change.label === undefined ? {} : { label: change.label }), ...(change.scopes === undefined ? {} : { scopes: change.scopes }), ...restOf(change) })
    await applyBudgets('key', key.id, change.budgets)
    return context.json(await keyOnWire(await foundKey(key.id)))
  })
  app.delete(`${ADMIN_ROUTES.keys}/:id`, async (context) => {
    callerOf(context, 'admin')
    const outcome = await keys.revoke({ id: context.req.param('id') ?? '' })
    if (outcome === 'unknown') throw new HttpFailure(404, 'No such key')
    if (outcome === 'local') throw new HttpFailure(403, 'The key of this computer’s own account cannot be revoked')
    return context.json({ status: 'revoked' })
  })

  app.get(ADMIN_ROUTES.accounts, async (context) => {
    callerOf(context, 'admin')
    return context.json({ accounts: await Promise.all((await accounts.list()).map(accountOnWire)) })
  })
  app.post(ADMIN_ROUTES.accounts, async (context) => {
    callerOf(context, 'admin')
    const request = await readJson(context, newAccountSchema)
    const account = await accounts.create({ username: request.username, displayName: request.display_name, password: request.password, creditMicro: request.credit_micro_usd })
    await applyBudgets('account', account.id, request.budgets)
    return context.json(await accountOnWire(account), 201)
  })
  app.patch(`${ADMIN_ROUTES.accounts}/:id`, async (context) => {
    callerOf(context, 'admin')
    const account = await foundAccount(context.req.param('id') ?? '')
    const change = await readJson(context, changeAccountSchema)
    await accounts.change(account.id, { displayName: change.display_name, password: change.password, disabled: change.disabled })
    await applyBudgets('account', account.id, change.budgets)
    return context.json(await accountOnWire(await foundAccount(account.id)))
  })
  app.post(`${ADMIN_ROUTES.accounts}/:id/credit`, async (context) => {
    callerOf(context, 'admin')
    const account = await foundAccount(context.req.param('id') ?? '')
    const { amount_micro_usd } = await readJson(context, creditRequestSchema)
    await ledger.credit(account.id, amount_micro_usd, 'credit')
    return context.json(await accountOnWire(await foundAccount(account.id)))
  })
}

const iso = (at: number): string => new Date(at).toISOString()

/** What is in the request, and only that: a change leaves the rest alone. */
function restOf(request: Omit<z.output<typeof changeKeySchema>, 'label' | 'scopes' | 'budgets'>): Omit<NewKey, 'label' | 'scopes'> {
  const { limits, cidrs, models, expires_at } = request
  return {
    ...(limits?.requests_per_minute === undefined ? {} : { requestsPerMinute: limits.requests_per_minute }),
    ...(limits?.concurrent === undefined ? {} : { concurrent: limits.concurrent }),
    ...(cidrs === undefined ? {} : { cidrs }),
    ...(models === undefined ? {} : { models }),
    ...(expires_at === undefined ? {} : { expiresAt: expires_at === null ? null : Date.parse(expires_at) }),
  }
}
