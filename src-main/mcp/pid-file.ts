/** Remembers on disk which server processes this Portico started, so that the next one can end what a crash left behind. */
import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Log, ProcessTable } from '../platform/ports.ts'
import { writeFileAtomic } from '../storage/atomic-file.ts'
import { MARK_VARIABLE } from './child-env.ts'

const pidFileSchema = z.object({
  owner: z.object({ pid: z.int(), startedAt: z.string().nullable() }),
  children: z.array(z.object({ pid: z.int(), startedAt: z.string().nullable(), mark: z.string() })),
})
type PidRecord = z.infer<typeof pidFileSchema>

export interface PidFile {
  add(pid: number, mark: string): Promise<void>
  remove(pid: number): Promise<void>
  /** Ends servers of Porticos that are gone. A living Portico's servers, and processes that only reuse an id, are left alone. */
  sweep(): Promise<void>
}

export interface PidFileDeps {
  /** Holds one file per running Portico. */
  folder: string
  ownPid: number
  processes: ProcessTable
  log: Log
}

/** Failures to write are logged, not thrown: the list only serves the next start. */
export function createPidFile({ folder, ownPid, processes, log }: PidFileDeps): PidFile {
  const own = path.join(folder, `${ownPid}.json`)
  let children: PidRecord['children'] = []
  let queue: Promise<void> = Promise.resolve()
  /** Runs one change at a time and writes the list after it. */
  const change = (work: () => Promise<void> | void): Promise<void> => {
    queue = queue.then(async () => {
      try {
        await work()
        if (children.length === 0) return await rm(own, { force: true })
        const record: PidRecord = { owner: { pid: ownPid, startedAt: await processes.startedAt(ownPid) }, children }
        await writeFileAtomic(own, JSON.stringify(record), { mode: 0o600 })
      } catch (error) {
        log.warn('mcp.pid-file', { reason: error instanceof Error ? error.message : 'unknown' })
      }
    })
    return queue
  }
  return {
    add: (pid, mark) =>
      change(async () => {
        children = [...children, { pid, startedAt: await processes.startedAt(pid), mark }]
      }),
    remove: (pid) =>
      change(() => {
        children = children.filter((child) => child.pid !== pid)
      }),
    async sweep() {
      const names = await readdir(folder).catch(() => [])
      for (const name of names) {
        if (!/^\d+\.json$/.test(name)) continue
        const file = path.join(folder, name)
        const record = await readRecord(file)
        if (record !== null && record.owner.startedAt !== null && (await processes.startedAt(record.owner.pid)) === record.owner.startedAt) continue
        if (record !== null) await endChildren(record, processes, log)
        await rm(file, { force: true })
      }
    },
  }
}

async function readRecord(file: string): Promise<PidRecord | null> {
  try {
    return pidFileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Half-written or foreign: nothing in it can be trusted enough to end a process.
    return null
  }
}

async function endChildren(record: PidRecord, processes: ProcessTable, log: Log): Promise<void> {
  for (const child of record.children) {
    const same = child.startedAt !== null && (await processes.startedAt(child.pid)) === child.startedAt
    const marked = await processes.withVariable(MARK_VARIABLE, child.mark)
    if (same || marked.length > 0) log.info('mcp.orphan-ended', { pid: child.pid, marked: marked.length })
    await Promise.all([...new Set([...(same ? [child.pid] : []), ...marked])].map((pid) => processes.end(pid)))
  }
}

/** Servers that run now, by whether the Portico that started them still does. Looks only. */
export async function readServerProcesses(folder: string, processes: Pick<ProcessTable, 'startedAt'>): Promise<{ kept: readonly number[]; left: readonly number[] }> {
  const kept: number[] = []
  const left: number[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(path.join(folder, name), 'utf8').catch(() => '')
    const parsed = pidFileSchema.safeParse(safeJson(text))
    if (!parsed.success) continue
    const { owner, children } = parsed.data
    const isKept = (await processes.startedAt(owner.pid)) === owner.startedAt && owner.startedAt !== null
    for (const child of children) {
      const startedAt = await processes.startedAt(child.pid)
      if (startedAt !== null && startedAt === child.startedAt) (isKept ? kept : left).push(child.pid)
    }
  }
  return { kept, left }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
