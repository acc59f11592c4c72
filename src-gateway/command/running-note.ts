/** `gateway.json` beside the local account: where a data folder's gateway runs, so that the app and other verbs of the same person find it. No secret is in it. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readAccountFile } from '../store/account-file.ts'

const FILE = 'gateway.json'
const schema = z.object({ url: z.url(), pid: z.int().positive() })
export type RunningNote = z.output<typeof schema>

export async function noteAddress(folder: string, note: RunningNote): Promise<void> {
  const file = path.join(folder, FILE)
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, `${JSON.stringify(note)}\n`, { mode: 0o600 })
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A note that another process has written meanwhile stays. */
export async function forgetAddress(folder: string, pid: number): Promise<void> {
  if ((await readNote(folder))?.pid === pid) await rm(path.join(folder, FILE), { force: true })
}

export async function readNote(folder: string): Promise<RunningNote | null> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path.join(folder, FILE), 'utf8'))).data ?? null
  } catch (failure) {
    // Absent, or half a file: nothing is noted.
    if (failure instanceof SyntaxError || (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT')) return null
    throw failure
  }
}

export interface RunningNow {
  url: string
  /** The local account's bearer. */
  token: string
}

/** The folder's gateway when it runs: its keeper lives, and it answers as a gateway does. */
export async function findRunning(folder: string): Promise<RunningNow | null> {
  const note = await readNote(folder)
  // The bearer goes only to a gateway whose keeper still lives: a port that was given up may be anybody's.
  if (!note || !isAlive(note.pid)) return null
  const account = readAccountFile(folder)
  if (!account) return null
  try {
    const answer = await fetch(`${note.url}/health`, { signal: AbortSignal.timeout(2000) })
    return answer.ok ? { url: note.url, token: account.token } : null
  } catch {
    // Nobody answers there any more: it does not run.
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 asks and does nothing.
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
