/** The log: one JSON line per event in a file of its own, redacted, turned over at a size. Never throws and never waits. */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Clock, Log } from '../ports.ts'
import { redact } from './redact.ts'

/** Bytes after which the file becomes `….1.log` and a new one starts; so the log takes at most twice this. */
const TURN_OVER = 1_000_000
/** How long news waits for more of it (ms). */
const TOGETHER_MS = 50

export interface FileLog extends Log {
  /** Resolves when everything logged so far is written (or could not be). */
  flush(): Promise<void>
}

export function createFileLog(options: { file: string; clock: Clock; turnOver?: number }): FileLog {
  const { file, clock, turnOver = TURN_OVER } = options
  let waiting: string[] = []
  let writing: Promise<void> | null = null
  let hurry = (): void => undefined

  const writeAll = async (): Promise<void> => {
    // Events of one moment become one write; what went wrong does not wait.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, TOGETHER_MS)
      hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    while (waiting.length > 0) {
      const lines = waiting.join('')
      waiting = []
      try {
        await mkdir(path.dirname(file), { recursive: true })
        if ((await sizeOf(file)) > turnOver) await rename(file, file.replace(/(\.log)?$/, '.1.log'))
        await appendFile(file, lines, { mode: 0o600 })
      } catch (error) {
        // There is nowhere left to say that the log cannot be written, except here.
        process.stderr.write(`portico: log not written (${error instanceof Error ? error.message : String(error)})\n`)
      }
    }
    writing = null
  }

  const add = (level: string) => (event: string, fields: Record<string, unknown> = {}): void => {
    waiting.push(`${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, event, ...(redact(fields) as object) })}\n`)
    writing ??= writeAll()
    if (level !== 'info') hurry()
  }

  return { info: add('info'), warn: add('warn'), error: add('error'), flush: async () => {
    hurry()
    await writing
  } }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch {
    return 0 // Not there yet.
  }
}
