/** `/local/v1/backup`: a running gateway copies its own store into a file of this computer. Only for the person at it: whoever else has an `admin` key must not write files here. */
import { isAbsolute } from 'node:path'
import type { Hono } from 'hono'
import { z } from 'zod'
import { BACKUP_ROUTE } from '../../src-shared/gateway-command.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { backupTo } from '../store/backup.ts'
import { BackupRefused } from '../store/dump.ts'

const requestSchema = z.object({ file: z.string().min(1).max(4000).refine((file) => isAbsolute(file) && !file.includes('\0'), 'The file must be named with its whole path') })

export function adminBackupRoutes(app: Hono<Environment>, { database, machine }: Pick<Gateway, 'database' | 'machine'>): void {
  app.post(BACKUP_ROUTE, async (context) => {
    const caller = callerOf(context, 'admin')
    if (caller.tokenKind !== 'local') throw new HttpFailure(403, 'Only the local account of this computer may copy the store', { code: 'local_only' })
    const { file } = await readJson(context, requestSchema)
    try {
      const report = await backupTo(database, file)
      machine.log.info('store.copied', { file, accounts: report.accounts, receipts: report.receipts })
      return context.json({ ...report }, 201)
    } catch (failure) {
      if (failure instanceof BackupRefused) throw new HttpFailure(409, failure.message, { code: 'backup_refused' })
      // The file cannot be written there: the caller's mistake, told without more of the file system than its code.
      if (failure instanceof Error && 'code' in failure && typeof failure.code === 'string' && /^E[A-Z]+$/.test(failure.code)) throw new HttpFailure(400, `The file could not be written: ${failure.code}`, { code: 'not_written', cause: failure })
      throw failure
    }
  })
}
