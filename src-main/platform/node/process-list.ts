/** Reads which processes run, who started them and when: /proc on Linux, `ps` on macOS. Windows ends trees with taskkill and needs no list. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'

export interface ProcessEntry {
  pid: number
  parent: number
  group: number
  /** Opaque; equal for one and the same process only. */
  startedAt: string
  zombie: boolean
}

/** One line of /proc/PID/stat. The name in parentheses may hold spaces and parentheses itself, so fields count from the last one. */
export function parseProcStat(pid: number, text: string): ProcessEntry | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const parent = Number(fields[1])
  const group = Number(fields[2])
  const started = fields[19]
  if (!Number.isInteger(parent) || !Number.isInteger(group) || started === undefined) return null
  return { pid, parent, group, startedAt: started, zombie: fields[0] === 'Z' || fields[0] === 'X' }
}

/** Lines of `ps -A -o pid=,ppid=,pgid=,stat=,lstart=`. */
export function parsePs(text: string): ProcessEntry[] {
  const entries: ProcessEntry[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line)
    if (!match) continue
    const [, pid, parent, group, stat = '', startedAt = ''] = match
    entries.push({ pid: Number(pid), parent: Number(parent), group: Number(group), startedAt, zombie: stat.startsWith('Z') })
  }
  return entries
}

/** Every process at and below `root`, parents first. */
export function descendants(list: readonly ProcessEntry[], root: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of list) children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry])
  const found = list.filter((entry) => entry.pid === root)
  const seen = new Set([root])
  const queue = [root]
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    for (const child of children.get(pid) ?? []) {
      if (seen.has(child.pid)) continue
      seen.add(child.pid)
      found.push(child)
      queue.push(child.pid)
    }
  }
  return found
}

export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform === 'linux') return listProc()
  if (process.platform === 'win32') return []
  const text = await new Promise<string>((resolve) => {
    execFile('/bin/ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], { env: { LC_ALL: 'C' }, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => resolve(error ? '' : stdout))
  })
  return parsePs(text)
}

/** One process, or null when it is gone. */
export async function readProcess(pid: number): Promise<ProcessEntry | null> {
  if (process.platform !== 'linux') return (await listProcesses()).find((entry) => entry.pid === pid) ?? null
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return text === null ? null : parseProcStat(pid, text)
}

async function listProc(): Promise<ProcessEntry[]> {
  const names = await readdir('/proc')
  const entries = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))))
  return entries.filter((entry) => entry !== null)
}

/** Ids of this user's processes whose starting environment has `name=value`. Linux only; empty elsewhere. */
export async function processesWithVariable(name: string, value: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const wanted = `${name}=${value}`
  const names = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const hits = await Promise.all(
    names.map(async (pid) => {
      // Other users' processes cannot be read; they are not ours either.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(wanted) ? Number(pid) : null
    }),
  )
  return hits.filter((pid) => pid !== null)
}
