/** Where a data folder's gateway runs right now (`gateway.json`), so that a second program of the same person speaks to it instead of starting another. */
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '../../src-shared/errors.ts'
import { writeFileAtomic } from '../storage/atomic-file.ts'
import { isLoopback } from './base-url.ts'

const FILE = 'gateway.json'
/** The gateway's own file (0600) with the local account's bearer. */
const ACCOUNT_FILE = 'local-account.json'

const addressSchema = z.object({ url: z.url(), pid: z.int().positive() })
const accountSchema = z.object({ token: z.string().min(1) })

export interface RunningGateway {
  url: string
  token: string
  /** The process that keeps it. Once that is gone, anybody may have taken the port. */
  pid: number
}

/** Call when the gateway is ready; the file holds no secret. @throws AppError `storage.*` */
export async function noteRunningGateway(gatewayFolder: string, address: { url: string; pid: number }): Promise<void> {
  await writeFileAtomic(path.join(gatewayFolder, FILE), `${JSON.stringify(address)}\n`, { mode: 0o600 })
}

/** Call when it has ended. A note that another process has written meanwhile stays. */
export async function forgetRunningGateway(gatewayFolder: string, pid: number): Promise<void> {
  const noted = await readJson(path.join(gatewayFolder, FILE), addressSchema)
  if (noted?.pid === pid) await rm(path.join(gatewayFolder, FILE), { force: true })
}

/** The noted gateway with the local account's bearer; null when none is noted. That it still runs and answers is for the caller to see. */
export async function findRunningGateway(gatewayFolder: string): Promise<RunningGateway | null> {
  const [noted, account] = await Promise.all([readJson(path.join(gatewayFolder, FILE), addressSchema), readJson(path.join(gatewayFolder, ACCOUNT_FILE), accountSchema)])
  if (!noted || !account || !isLoopback(new URL(noted.url).hostname)) return null
  return { url: noted.url, token: account.token, pid: noted.pid }
}

async function readJson<T>(file: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }): Promise<T | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    // Absent or half a file: nothing is noted.
    if (code === 'ENOENT' || cause instanceof SyntaxError) return null
    throw new AppError('storage.failed', { path: file, reason: typeof code === 'string' ? code : 'unreadable' }, { cause })
  }
}
