/** `portico whoami`, `portico wallet` and `portico pricing`: one reading each, from the same routes as the window. */
import { formatMoney, formatRate, type MicroDollars } from '../../../src-shared/domain/money.ts'
import { formatCountdown, millisecondsLeft, type PriceNow } from '../../../src-shared/domain/price.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { summariseSpend } from '../../account/spend.ts'
import { connect } from '../connect.ts'
import { EXIT } from '../exit-codes.ts'
import { forTerminal } from '../output.ts'
import type { Verb } from '../run.ts'

const USAGE_LIMIT = 200

export const runWhoami: Verb = async ({ invocation, services, output, interrupted }) => {
  const { system, connection, via } = await connect(invocation, services)
  const profile = await system.account.profile(connection, interrupted)
  const lines = [['Account', profile.name], ['Email', profile.email ?? 'not given'], ['Gateway', `${system.name}, ${connection.baseUrl}`], ['By', via]] as const
  output.answer(rows(lines), { ...profile, system: system.id, url: connection.baseUrl, via })
  return EXIT.ok
}

export const runWallet: Verb = async ({ invocation, services, output, interrupted }) => {
  const { system, connection } = await connect(invocation, services)
  const { wallet, usage } = system
  if (!wallet) throw new AppError('ipc.invalid-input', { issue: `${system.name} has no wallet.` })
  const [balanceMicro, recent] = await Promise.all([
    wallet.balance(connection, interrupted),
    usage ? usage.recent(connection, USAGE_LIMIT, interrupted) : null,
  ])
  const asOf = services.platform.clock.now()
  const spend = recent && summariseSpend({ ...recent, limit: USAGE_LIMIT }, asOf)
  const week = spend && spend.days.length === 7 ? spend.days.reduce((sum, day) => sum + day.costMicro, 0) : null
  const money = (micro: MicroDollars | null): string => (micro === null ? 'unknown' : formatMoney(micro))
  output.answer(
    rows([['Balance', money(balanceMicro)], ['Spent today', money(spend?.today ?? null)], ['Last 7 days', money(week)]]),
    { balanceMicro, currency: 'USD', spentTodayMicro: spend?.today ?? null, spent7DaysMicro: week, days: spend?.days ?? null, asOf },
  )
  return EXIT.ok
}

export const runPricing: Verb = async ({ invocation, services, output, interrupted }) => {
  const { system, connection } = await connect(invocation, services)
  if (!system.pricing) throw new AppError('ipc.invalid-input', { issue: `${system.name} does not say what it costs now.` })
  const price = await system.pricing.now(connection, interrupted)
  const now = services.platform.clock.now()
  const left = millisecondsLeft(price, now)
  output.answer(priceRows(price, left), { ...price, millisecondsLeft: left, asOf: now })
  return EXIT.ok
}

function priceRows(price: PriceNow, left: number | null): string[] {
  const rate = (of: PriceNow['rate']): string => `${formatRate(of.inputPerMillion)} in, ${formatRate(of.outputPerMillion)} out, per million tokens`
  return rows([
    ['Mode', price.mode],
    ['Price', rate(price.rate)],
    ['Ends in', left === null ? 'open' : formatCountdown(left)],
    ['Next', price.next ? price.next.mode : 'unknown'],
    ...(price.budget ? [['Budget model', `${price.budget.model}: ${rate(price.budget.rate)}`] as const] : []),
  ])
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2
  return pairs.map(([name, value]) => forTerminal(`${name.padEnd(width)}${value}`))
}
