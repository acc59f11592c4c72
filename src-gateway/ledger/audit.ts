/** Checks that the books add up: every figure kept as a sum is counted anew from what it sums. For health, `portico gateway check`, and tests. */
import type { Database, Sql } from '../store/database.ts'
import { ALL_DAYS } from './budgets.ts'

export interface AuditProblem {
  what: 'balance' | 'running-balance' | 'reserved' | 'receipt-entry' | 'spend' | 'overdrawn'
  accountId: string
  /** The call, the budget key and day, … that is off. */
  subject: string
  expected: number
  found: number
}

export interface AuditReport {
  accounts: number
  receipts: number
  problems: AuditProblem[]
}

interface Mismatch {
  account_id: string
  subject: string
  expected: number
  found: number
}

const MOST_PROBLEMS = 100
const DAY_OF_RECEIPT = 'CASE WHEN arrived_at < 0 THEN 0 ELSE arrived_at / 86400000 END'

/** Each gives a row for everything that is off. */
const CHECKS: readonly { what: AuditProblem['what']; sql: string }[] = [
  {
    what: 'balance',
    sql: `SELECT a.id AS account_id, 'wallet' AS subject, coalesce(e.total, 0) AS expected, a.balance_micro AS found FROM accounts a
      LEFT JOIN (SELECT account_id, sum(amount_micro) AS total FROM wallet_entries GROUP BY account_id) e ON e.account_id = a.id
      WHERE a.balance_micro <> coalesce(e.total, 0)`,
  },
  {
    what: 'running-balance',
    sql: `SELECT account_id, 'entry ' || id AS subject, running AS expected, balance_after_micro AS found FROM (
        SELECT id, account_id, balance_after_micro, sum(amount_micro) OVER (PARTITION BY account_id ORDER BY id) AS running FROM wallet_entries
      ) e WHERE running <> balance_after_micro`,
  },
  {
    what: 'reserved',
    sql: `SELECT a.id AS account_id, 'wallet' AS subject, coalesce(r.total, 0) AS expected, a.reserved_micro AS found FROM accounts a
      LEFT JOIN (SELECT account_id, sum(reserve_micro) AS total FROM receipts WHERE status = 'pending' GROUP BY account_id) r ON r.account_id = a.id
      WHERE a.reserved_micro <> coalesce(r.total, 0)`,
  },
  {
    what: 'receipt-entry',
    sql: `SELECT r.account_id, r.id AS subject, -r.charged_micro AS expected, coalesce(e.amount_micro, 0) AS found FROM receipts r
      LEFT JOIN wallet_entries e ON e.receipt_id = r.id WHERE r.status = 'charged' AND (e.id IS NULL OR e.amount_micro <> -r.charged_micro OR e.account_id <> r.account_id)`,
  },
  {
    what: 'receipt-entry',
    sql: `SELECT e.account_id, e.receipt_id AS subject, 0 AS expected, e.amount_micro AS found FROM wallet_entries e
      JOIN receipts r ON r.id = e.receipt_id WHERE r.status <> 'charged'`,
  },
  {
    what: 'receipt-entry',
    sql: `SELECT account_id, id AS subject, 0 AS expected, charged_micro AS found FROM receipts WHERE status = 'void' AND charged_micro <> 0`,
  },
  {
    what: 'overdrawn',
    sql: `SELECT id AS account_id, 'wallet' AS subject, reserved_micro AS expected, balance_micro AS found FROM accounts WHERE balance_micro < 0 OR reserved_micro < 0 OR reserved_micro > balance_micro`,
  },
  spendCheck('charged', 'spent_micro', 'charged_micro'),
  spendCheck('pending', 'reserved_micro', 'reserve_micro'),
]

/** Receipts by account, key and day against the rows that budgets read, and the same for the sum of all days. */
function spendCheck(status: string, column: string, summed: string): (typeof CHECKS)[number] {
  return {
    what: 'spend',
    sql: `SELECT account_id, ('key ' || key_id || ' day ' || day) AS subject, sum(expected) AS expected, sum(found) AS found FROM (
        SELECT account_id, key_id, day, 0 AS expected, ${column} AS found FROM spend
        UNION ALL
        SELECT account_id, coalesce(key_id, ''), ${DAY_OF_RECEIPT}, ${summed}, 0 FROM receipts WHERE status = '${status}'
        UNION ALL
        SELECT account_id, coalesce(key_id, ''), ${ALL_DAYS}, ${summed}, 0 FROM receipts WHERE status = '${status}'
      ) s GROUP BY account_id, key_id, day HAVING sum(expected) <> sum(found)`,
  }
}

/** Reads one moment of the store; calls that run meanwhile do not disturb it. */
export function audit(database: Database): Promise<AuditReport> {
  return database.transaction(async (tx) => {
    if (database.dialect === 'postgres') await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return auditIn(tx)
  })
}

/** The same inside a transaction that does more. */
export async function auditIn(tx: Sql): Promise<AuditReport> {
  const count = async (table: string): Promise<number> => (await tx.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))?.n ?? 0
  const problems: AuditProblem[] = []
  for (const check of CHECKS) problems.push(...(await problemsOf(tx, check)))
  return { accounts: await count('accounts'), receipts: await count('receipts'), problems: problems.slice(0, MOST_PROBLEMS) }
}

async function problemsOf(tx: Sql, check: (typeof CHECKS)[number]): Promise<AuditProblem[]> {
  const rows = await tx.all<Mismatch>(`${check.sql} LIMIT ${MOST_PROBLEMS}`)
  return rows.map((row) => ({ what: check.what, accountId: row.account_id, subject: row.subject, expected: row.expected, found: row.found }))
}

/** One line of an audit for people. */
export function auditSentence(problem: AuditProblem): string {
  return `${problem.what} of account ${problem.accountId} (${problem.subject}): ${problem.found} micro-dollars where ${problem.expected} are due`
}
