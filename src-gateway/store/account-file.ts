/** `local-account.json` (0600): the only place on disk that holds the local account's token and password in the clear, for the person at this computer. */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

export const ACCOUNT_FILE = 'local-account.json'

const schema = z.object({ username: z.string().min(1), token: z.string().min(20), password: z.string().min(1) })
export type LocalCredentials = z.output<typeof schema>

/** Null when there is none or it cannot be read as credentials; then new ones are made. */
export function readAccountFile(folder: string): LocalCredentials | null {
  const file = path.join(folder, ACCOUNT_FILE)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
    chmodSync(file, 0o600)
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return null
    throw failure
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    // A damaged credentials file holds nothing that cannot be made anew; the database keeps the money.
    return null
  }
}

/** Written whole or not at all. @throws the file system's own error. */
export function writeAccountFile(folder: string, credentials: LocalCredentials): void {
  const file = path.join(folder, ACCOUNT_FILE)
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const handle = openSync(temporary, 'w', 0o600)
    try {
      writeSync(handle, `${JSON.stringify(credentials, null, 2)}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}
