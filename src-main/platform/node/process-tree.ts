/** Ends whole process trees and tells processes apart by their start time, so that a reused process id is never hit. Node adapter. */
import { execFile } from 'node:child_process'
import type { HeldTree, ProcessTable } from '../ports.ts'
import { listeningPorts } from './listening.ts'
import { descendants, listProcesses, processesWithVariable, readProcess, type ProcessEntry } from './process-list.ts'

export interface ProcessTreeOptions {
  /** How long processes may take after being asked to end, in milliseconds. */
  graceMs?: number
}

const POLL_MS = 25

/** `end` resolves when nothing of the tree is left, at the latest shortly after `graceMs`. A tree already gone is fine. */
export function createProcessTree({ graceMs = 1500 }: ProcessTreeOptions = {}): ProcessTable {
  const hold = async (pid: number): Promise<HeldTree> => {
    if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) return { end: () => Promise.resolve() }
    if (process.platform === 'win32') return { end: () => taskkill(pid) }
    const targets = new Map<number, ProcessEntry>()
    await collect(targets, [pid])
    return { end: () => endAll(targets, graceMs) }
  }
  return {
    hold,
    end: async (pid) => (await hold(pid)).end(),
    listening: (pid) => listeningPorts(pid),
    async startedAt(pid) {
      const entry = await readProcess(pid)
      return entry === null || entry.zombie ? null : entry.startedAt
    },
    async withVariable(name, value) {
      const own = new Set([process.pid, process.ppid])
      return (await processesWithVariable(name, value)).filter((pid) => !own.has(pid))
    },
  }
}

/** Adds every process at and below `roots` to `targets`. */
async function collect(targets: Map<number, ProcessEntry>, roots: readonly number[]): Promise<void> {
  const list = await listProcesses()
  for (const root of roots) for (const entry of descendants(list, root)) if (!targets.has(entry.pid)) targets.set(entry.pid, entry)
}

async function endAll(targets: Map<number, ProcessEntry>, graceMs: number): Promise<void> {
  const collectBelow = async (): Promise<void> => collect(targets, (await remaining(targets.values())).map((entry) => entry.pid))
  await collectBelow()
  for (const entry of await remaining(targets.values())) send(entry.pid, 'SIGTERM')
  const deadline = performance.now() + graceMs
  while (performance.now() < deadline) {
    if ((await remaining(targets.values())).length === 0) return
    await delay(POLL_MS)
  }
  // Whatever was started meanwhile belongs to the tree too.
  await collectBelow()
  for (const entry of await remaining(targets.values())) send(entry.pid, 'SIGKILL')
  for (let tries = 0; tries < 20 && (await remaining(targets.values())).length > 0; tries += 1) await delay(POLL_MS)
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Those of `entries` that still run and still are the same process. */
async function remaining(entries: Iterable<ProcessEntry>): Promise<ProcessEntry[]> {
  const checked = await Promise.all(
    [...entries].map(async (entry) => {
      if (!isThere(entry.pid)) return null
      const now = await readProcess(entry.pid)
      return now !== null && !now.zombie && now.startedAt === entry.startedAt ? entry : null
    }),
  )
  return checked.filter((entry) => entry !== null)
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone, or not ours to end: `remaining` decides what is left.
  }
}

function taskkill(pid: number): Promise<void> {
  return new Promise((resolve) => {
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }, () => resolve())
  })
}
