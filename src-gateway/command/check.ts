/** `portico gateway check`: is the configuration fine, and do the books add up? Asks the gateway that runs, or opens the store itself when none does. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { readSettings } from '../config/read-settings.ts'
import type { Settings } from '../config/settings.ts'
import { audit, auditSentence } from '../ledger/audit.ts'
import { silentLog, systemClock } from '../machine.ts'
import { DATABASE_FILE } from '../store/database.ts'
import { openStore } from '../store/open-store.ts'
import { CODES, type Code, type CommandInput } from './command.ts'
import { findRunning } from './running-note.ts'
import { askKeychain } from './serve.ts'

interface Books {
  words: string
  problems: readonly string[]
  accounts: number | null
  receipts: number | null
}

export async function check({ args, context, answer, refuse }: CommandInput): Promise<Code> {
  const settings = await readSettings({ args, env: context.env, cwd: context.cwd, isTerminal: context.isTerminal, keychain: askKeychain })
  if ('problems' in settings) return refuse(CODES.wrong, 'bad-config', settings.problems)
  const { upstreams, routes } = settings.live
  let books: Books
  try {
    books = await count(settings)
  } catch (failure) {
    return refuse(CODES.failed, 'ledger.unreadable', [`The ledger could not be read: ${failure instanceof Error ? failure.message : 'unknown reason'}`])
  }
  const lines = [
    `Configuration: fine (${upstreams.length} upstreams, ${routes.length} routes)`, ...settings.warnings.map((warning) => `  ${warning}`),
    `Ledger: ${books.words}`, ...books.problems.map((problem) => `  ${problem}`),
  ]
  const isFine = books.problems.length === 0
  answer(lines.join('\n'), {
    ok: isFine, configuration: { upstreams: upstreams.map(({ definition, keys }) => ({ id: definition.id, kind: definition.kind, keys: keys.map((key) => key.label) })), routes: routes.length, warnings: settings.warnings },
    ledger: { accounts: books.accounts, receipts: books.receipts, problems: books.problems },
  })
  return isFine ? CODES.done : CODES.failed
}

async function count(settings: Settings): Promise<Books> {
  const { store } = settings.fixed
  if (store.kind === 'sqlite') {
    // The file belongs to the process that has it open, so that one is asked.
    const running = await findRunning(settings.dataDir)
    if (running) return askRunning(running)
    if (!existsSync(path.join(store.folder, DATABASE_FILE))) return { words: 'none yet', problems: [], accounts: 0, receipts: 0 }
  }
  const { database } = await openStore({ folder: store.kind === 'sqlite' ? store.folder : settings.dataDir, url: store.kind === 'postgres' ? store.url : null, now: systemClock.now(), log: silentLog })
  try {
    const report = await audit(database)
    const isFine = report.problems.length === 0
    return { words: `${report.accounts} accounts, ${report.receipts} receipts; ${isFine ? 'adds up' : 'DOES NOT ADD UP'}`, problems: report.problems.map(auditSentence), accounts: report.accounts, receipts: report.receipts }
  } finally {
    await database.close()
  }
}

const detailSchema = z.object({ audit: z.object({ ok: z.boolean(), problems: z.number().nullable(), at: z.string() }) })

async function askRunning({ url, token }: { url: string; token: string }): Promise<Books> {
  const answer = await fetch(`${url}/health/detailed`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(60_000) })
  if (!answer.ok) throw new Error(`the gateway at ${url} answered ${answer.status}`)
  const { audit: result } = detailSchema.parse(await answer.json())
  const problem = result.problems === null ? 'the audit itself failed; see the gateway’s log' : `${result.problems} figures are off; see the gateway’s log`
  return { words: `counted by the running gateway at ${result.at}; ${result.ok ? 'adds up' : 'DOES NOT ADD UP'}`, problems: result.ok ? [] : [problem], accounts: null, receipts: null }
}
