/** `portico gateway backup` and `restore`: a running gateway with a SQLite store makes its own copy, because the file is its alone; everything else is done here. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { BACKUP_ROUTE } from '../../src-shared/gateway-command.ts'
import { readSettings } from '../config/read-settings.ts'
import type { Settings } from '../config/settings.ts'
import { silentLog, systemClock } from '../machine.ts'
import { backupTo, restoreToFolder, restoreToPostgres, type BackupReport } from '../store/backup.ts'
import { DATABASE_FILE, DataInUse } from '../store/database.ts'
import { BackupRefused } from '../store/dump.ts'
import { openStore } from '../store/open-store.ts'
import { CODES, type Code, type CommandInput } from './command.ts'
import { findRunning } from './running-note.ts'
import { askKeychain } from './serve.ts'

export const backupSchema = z.object({ file: z.string(), format: z.enum(['sqlite', 'json-lines']), accounts: z.int(), receipts: z.int(), problems: z.array(z.string()).default([]) })

export async function backup(input: CommandInput): Promise<Code> {
  const { args, context, answer, refuse } = input
  const settings = await settingsOf(input)
  if ('problems' in settings) return refuse(CODES.wrong, 'bad-config', settings.problems)
  const file = path.resolve(context.cwd, args.words[0] ?? '')
  try {
    const report = await copy(settings, file)
    const isSound = report.problems.length === 0
    const unsound = isSound ? [] : ['Its books do not add up, so it cannot be brought back as it is:', ...report.problems.map((problem) => `  ${problem}`)]
    answer([`Copied ${report.accounts} accounts and ${report.receipts} receipts into ${report.file}.`, ...unsound].join('\n'), { ...report })
    // Whoever copies every night must not learn of it on the day the copy is needed.
    return isSound ? CODES.done : CODES.failed
  } catch (failure) {
    return refuse(CODES.failed, 'backup.failed', [`Nothing was copied: ${wordsOf(failure)}`])
  }
}

async function copy({ fixed: { store }, dataDir }: Settings, file: string): Promise<BackupReport> {
  if (store.kind === 'sqlite') {
    const running = await findRunning(dataDir)
    if (running) return askRunning(running, file)
    // Opening would make one.
    if (!existsSync(path.join(store.folder, DATABASE_FILE))) throw new BackupRefused('There is no store in this folder yet.')
  }
  const { database } = await openStore({ folder: store.kind === 'sqlite' ? store.folder : dataDir, url: store.kind === 'postgres' ? store.url : null, now: systemClock.now(), log: silentLog })
  try {
    return await backupTo(database, file)
  } finally {
    await database.close()
  }
}

const COPY_PATIENCE_MS = 600_000

async function askRunning({ url, token }: { url: string; token: string }, file: string): Promise<BackupReport> {
  const answer = await fetch(`${url}${BACKUP_ROUTE}`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ file }), signal: AbortSignal.timeout(COPY_PATIENCE_MS),
  })
  const body: unknown = await answer.json()
  if (answer.ok) return backupSchema.parse(body)
  throw new BackupRefused(z.object({ error: z.string() }).safeParse(body).data?.error ?? `the gateway at ${url} answered ${answer.status}`)
}

export async function restore(input: CommandInput): Promise<Code> {
  const { args, context, answer, refuse } = input
  const settings = await settingsOf(input)
  if ('problems' in settings) return refuse(CODES.wrong, 'bad-config', settings.problems)
  const file = path.resolve(context.cwd, args.words[0] ?? '')
  const { store } = settings.fixed
  try {
    if (!existsSync(file)) throw new BackupRefused(`There is no file ${file}.`)
    const report = store.kind === 'sqlite'
      ? await restoreToFolder({ file, folder: store.folder, replace: args.replace, now: systemClock.now() })
      : await restoreToPostgres({ file, url: store.url, replace: args.replace })
    answer(`Brought back ${report.accounts} accounts and ${report.receipts} receipts.${report.keptAside === null ? '' : ` The store that was there is kept as ${report.keptAside}.`}`, { ...report })
    return CODES.done
  } catch (failure) {
    const inUse = failure instanceof DataInUse ? 'A gateway runs on this store; end it first.' : null
    const advice = failure instanceof BackupRefused && /replaced/.test(failure.message) ? ' That is what --replace is for.' : ''
    return refuse(CODES.failed, 'restore.failed', [`Nothing was changed: ${inUse ?? wordsOf(failure)}${advice}`])
  }
}

const settingsOf = ({ args, context }: CommandInput): ReturnType<typeof readSettings> =>
  readSettings({ args, env: context.env, cwd: context.cwd, isTerminal: false, keychain: askKeychain })

const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : 'unknown reason')
