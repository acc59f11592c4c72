/** What an account or one of its keys spent this UTC day, this month and in all, and its caps: for people who look after the gateway. */
import type { MicroDollars } from '../../src-shared/domain/money.ts'
import type { Sql } from '../store/database.ts'
import { BUDGET_PERIODS, periodAround, setBudgets, type BudgetPeriod, type BudgetScope } from './budgets.ts'

export type ByPeriod<T> = Record<BudgetPeriod, T>

/** @param at epoch ms: the day and month that count. */
export async function spentBy(sql: Sql, scope: BudgetScope, id: string, at: number): Promise<ByPeriod<MicroDollars>> {
  const sum = async (period: BudgetPeriod): Promise<number> => {
    const { first, last } = periodAround(period, at)
    const column = scope === 'key' ? 'key_id' : 'account_id'
    const row = await sql.one<{ spent: number | null }>(`SELECT sum(spent_micro) AS spent FROM spend WHERE ${column} = ? AND day BETWEEN ? AND ?`, id, first, last)
    return row?.spent ?? 0
  }
  return { day: await sum('day'), month: await sum('month'), total: await sum('total') }
}

/** Null = no cap. */
export async function capsOf(sql: Sql, scope: BudgetScope, id: string): Promise<ByPeriod<MicroDollars | null>> {
  const rows = await sql.all<{ period: BudgetPeriod; cap_micro: number }>('SELECT period, cap_micro FROM budgets WHERE scope = ? AND scope_id = ?', scope, id)
  const cap = (period: BudgetPeriod): number | null => rows.find((row) => row.period === period)?.cap_micro ?? null
  return { day: cap('day'), month: cap('month'), total: cap('total') }
}

/** Changes the caps that are named (null takes one away) and leaves the others. */
export async function changeCaps(sql: Sql, scope: BudgetScope, id: string, change: Partial<ByPeriod<MicroDollars | null | undefined>>): Promise<void> {
  const caps = await capsOf(sql, scope, id)
  const wanted = BUDGET_PERIODS.flatMap((period) => {
    const given = change[period]
    const capMicro = given === undefined ? caps[period] : given
    return capMicro === null ? [] : [{ period, capMicro }]
  })
  await setBudgets(sql, scope, id, wanted)
}
