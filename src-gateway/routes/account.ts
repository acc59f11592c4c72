/** Who is signed in and what the wallet holds: password login, CodexAPI.pro's `me`, `bootstrap`, wallet, pricing, Toolbox, and CodeGrex's account routes. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ACCOUNT_ROUTES, loginRequestSchema, type creditsSchema, type meSchema, toolboxRequestSchema } from '../../src-shared/http/account.ts'
import { PRACTICE_CREDIT_ROUTE, practiceCreditRequestSchema } from '../../src-shared/http/local.ts'
import { PRICING_ROUTE } from '../../src-shared/http/pricing.ts'
import { dollarsText } from '../../src-shared/domain/money.ts'
import type { Account } from '../auth/accounts.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import { takeName } from '../http/arrive.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerIfAny, callerOf, limit, reachedUrl } from '../http/guards.ts'
import type { PriceBook } from '../ledger/prices.ts'
import { mayCall } from '../pipeline/model-calls.ts'
import { listMessages } from '../store/inbox.ts'
import { modelOnWire } from './models.ts'

export function accountRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { accounts, prices, ledger, machine } = gateway

  app.post(ACCOUNT_ROUTES.login, limit(gateway.limiter, 'auth'), async (context) => {
    const { username, password } = await readJson(context, loginRequestSchema)
    takeName(gateway.limiter, username)
    const account = await accounts.byPassword(username, password)
    if (!account) throw new HttpFailure(401, 'Wrong username or password')
    const token = await accounts.issueToken(account.id, 'login', 'password login')
    return context.json({ token, token_type: 'bearer', user: userOnWire(account) })
  })

  const me = (account: Account, book: PriceBook): z.input<typeof meSchema> => ({
    user: userOnWire(account), wallet: walletOnWire(account.balanceMicro), pricing: book.payload(machine.clock.now()), toolbox: { surge_behavior: account.toolbox },
  })
  app.get(ACCOUNT_ROUTES.me, async (context) => context.json(me(callerOf(context).account, await prices.book())))
  app.get(ACCOUNT_ROUTES.bootstrap, async (context) => {
    const { account, key } = callerOf(context)
    const now = machine.clock.now()
    const [book, messages] = await Promise.all([prices.book(), listMessages(gateway.database, account.id)])
    return context.json({
      ...me(account, book),
      api_base_url: reachedUrl(context, gateway.own()), version: gateway.version,
      messages: { unread: messages.filter((message) => message.readAt === null).length },
      models: gateway.pool.offered().filter((model) => !key.models || mayCall(key.models, model.id)).map((model) => modelOnWire(model, book, now)),
    })
  })
  app.get(ACCOUNT_ROUTES.wallet, (context) => context.json(walletOnWire(callerOf(context).account.balanceMicro)))
  app.get(PRICING_ROUTE, async (context) => {
    callerIfAny(context)
    return context.json((await prices.book()).payload(machine.clock.now()))
  })

  app.get(ACCOUNT_ROUTES.toolbox, (context) => context.json({ surge_behavior: callerOf(context).account.toolbox }))
  app.post(ACCOUNT_ROUTES.toolbox, async (context) => {
    const { account } = callerOf(context)
    const { surge_behavior } = await readJson(context, toolboxRequestSchema)
    await accounts.setToolbox(account.id, surge_behavior)
    return context.json({ surge_behavior })
  })

  const codeGrexAccount = (account: Account) => ({
    id: account.id, email: account.email, displayName: account.displayName, tier: account.tier, credits: creditsOnWire(account.balanceMicro),
  })
  app.get(ACCOUNT_ROUTES.account, (context) => context.json(codeGrexAccount(callerOf(context).account)))
  app.get(ACCOUNT_ROUTES.accountMe, (context) => context.json(codeGrexAccount(callerOf(context).account)))
  app.get(ACCOUNT_ROUTES.credits, (context) => context.json(creditsOnWire(callerOf(context).account.balanceMicro)))

  app.post(PRACTICE_CREDIT_ROUTE, async (context) => {
    // Members would give themselves money.
    const { account } = callerOf(context, 'admin')
    const { amount_micro_usd } = await readJson(context, practiceCreditRequestSchema)
    return context.json(walletOnWire(await ledger.credit(account.id, amount_micro_usd)))
  })
}

const userOnWire = (account: Account) => ({ id: account.id, username: account.username, name: account.displayName, email: account.email })
const walletOnWire = (micro: number) => ({ balance_micro_usd: micro, balance_usd: dollarsText(micro), currency: 'USD' })
const creditsOnWire = (micro: number): z.input<typeof creditsSchema> => ({ balance_micro_usd: micro, balance: dollarsText(micro), currency: 'USD' })
