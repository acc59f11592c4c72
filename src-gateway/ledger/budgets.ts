/**
 * Budgets: caps in money for an account or one of its keys, per UTC day, per month, or for good. Spend is kept a row per key and day (day −1: all days),
 * and a call stays in the row of the day it arrived on, so a clock that jumps neither resets nor doubles anything.
 */
import type { MicroDollars } from '../../src-shared/domain/money.ts'
import type { Sql } from '../store/database.ts'

export type BudgetScope = 'account' | 'key'
export type BudgetPeriod = 'day' | 'month' | 'total'
export const BUDGET_PERIODS: readonly BudgetPeriod[] = ['day', 'month', 'total']

export interface Budget {
  period: BudgetPeriod
  capMicro: MicroDollars
}

export interface BudgetState extends Budget {
  scope: BudgetScope
  scopeId: string
  spentMicro: MicroDollars
  /** Held by calls that still run. */
  reservedMicro: MicroDollars
  /** Epoch ms; null for a total, which never begins anew. */
  resetsAt: number | null
}

/** A call would go over a cap; nothing was called and nothing is held. */
export class BudgetExceeded extends Error {
  readonly state: BudgetState
  constructor(state: BudgetState) {
    super(`The ${state.period === 'total' ? '' : `${state.period}’s `}budget of this ${state.scope} is used up.`)
    this.name = 'BudgetExceeded'
    this.state = state
  }
}

const DAY_MS = 86_400_000
/** The row that adds all days up. */
export const ALL_DAYS = -1

/** The UTC day a moment belongs to, counted from 1970. */
export const dayOf = (at: number): number => Math.max(0, Math.floor(at / DAY_MS))

/** Days first to last of a period around a moment, and when it is over. */
export function periodAround(period: BudgetPeriod, at: number): { first: number; last: number; resetsAt: number | null } {
  if (period === 'total') return { first: ALL_DAYS, last: ALL_DAYS, resetsAt: null }
  if (period === 'day') return { first: dayOf(at), last: dayOf(at), resetsAt: (dayOf(at) + 1) * DAY_MS }
  const date = new Date(at)
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  return { first: dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)), last: dayOf(next) - 1, resetsAt: next }
}

/** Replaces the budgets of an account or key; an empty list takes them away. Counting never stops, so a new cap sees what was spent before it. */
export async function setBudgets(sql: Sql, scope: BudgetScope, scopeId: string, budgets: readonly Budget[]): Promise<void> {
  await sql.run('DELETE FROM budgets WHERE scope = ? AND scope_id = ?', scope, scopeId)
  for (const budget of budgets) await sql.run('INSERT INTO budgets (scope, scope_id, period, cap_micro) VALUES (?, ?, ?, ?)', scope, scopeId, budget.period, budget.capMicro)
}

const BOUND = `CASE b.period WHEN 'day' THEN ? WHEN 'month' THEN ? ELSE ${ALL_DAYS} END`

/** The budgets that bind a call of this account with this key (null: no key), and where each stands. */
export async function budgetStates(sql: Sql, accountId: string, keyId: string | null, at: number): Promise<BudgetState[]> {
  const [day, month] = [periodAround('day', at), periodAround('month', at)]
  const rows = await sql.all<{ scope: BudgetScope; scope_id: string; period: BudgetPeriod; cap_micro: number; spent: number | null; reserved: number | null }>(
    `SELECT b.scope, b.scope_id, b.period, b.cap_micro, sum(s.spent_micro) AS spent, sum(s.reserved_micro) AS reserved
     FROM budgets b LEFT JOIN spend s ON s.account_id = ? AND (b.scope = 'account' OR s.key_id = b.scope_id) AND s.day BETWEEN ${BOUND} AND ${BOUND}
     WHERE (b.scope = 'account' AND b.scope_id = ?) OR (b.scope = 'key' AND b.scope_id = ?) GROUP BY b.scope, b.scope_id, b.period, b.cap_micro ORDER BY b.scope, b.period`,
    accountId, day.first, month.first, day.last, month.last, accountId, keyId ?? '',
  )
  return rows.map((row) => ({
    scope: row.scope, scopeId: row.scope_id, period: row.period, capMicro: row.cap_micro, spentMicro: row.spent ?? 0, reservedMicro: row.reserved ?? 0,
    resetsAt: periodAround(row.period, at).resetsAt,
  }))
}

/** Inside the transaction that holds the account: nobody else of this account counts meanwhile. Returns how many budgets bind. @throws BudgetExceeded for the first cap it would pass. */
export async function checkBudgets(tx: Sql, accountId: string, keyId: string | null, at: number, reserveMicro: MicroDollars): Promise<number> {
  const states = await budgetStates(tx, accountId, keyId, at)
  for (const state of states) {
    const used = state.spentMicro + state.reservedMicro
    // At the cap a call that reserves nothing is refused too: it would be billed afterwards.
    if (used + Math.max(1, reserveMicro) > state.capMicro) throw new BudgetExceeded(state)
  }
  return states.length
}

/**
 * Inside the transaction that holds the account: what a running call may be charged beyond what it holds; Infinity where no budget binds it. A call that was
 * let in on the rest of a budget and ends dearer takes no more than that rest, as with a wallet; a cap that was lowered meanwhile takes nothing of what it holds.
 */
export async function budgetRoom(tx: Sql, accountId: string, keyId: string | null, at: number): Promise<MicroDollars> {
  const states = await budgetStates(tx, accountId, keyId, at)
  return Math.max(0, Math.min(Infinity, ...states.map((state) => state.capMicro - state.spentMicro - state.reservedMicro)))
}

/** Holds an amount for a call, in the row of its day and in the sum of all. */
export async function holdSpend(tx: Sql, accountId: string, keyId: string | null, day: number, amount: MicroDollars): Promise<void> {
  await tx.run(
    `INSERT INTO spend (account_id, key_id, day, spent_micro, reserved_micro) VALUES (?, ?, ?, 0, ?), (?, ?, ${ALL_DAYS}, 0, ?)
     ON CONFLICT (account_id, key_id, day) DO UPDATE SET reserved_micro = spend.reserved_micro + excluded.reserved_micro`,
    accountId, keyId ?? '', day, amount, accountId, keyId ?? '', amount,
  )
}

/** Lets go what was held and counts what was charged. */
export async function countSpend(tx: Sql, accountId: string, keyId: string | null, day: number, held: MicroDollars, charged: MicroDollars): Promise<void> {
  await tx.run(
    `UPDATE spend SET spent_micro = spent_micro + ?, reserved_micro = reserved_micro - ? WHERE account_id = ? AND key_id = ? AND day IN (?, ${ALL_DAYS})`,
    charged, held, accountId, keyId ?? '', day,
  )
}
