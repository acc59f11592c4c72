/** The sweep after a crash, with real processes: ends what was left behind, and nothing else. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProcessTree } from '../platform/node/process-tree.ts'
import { createPidFile } from './pid-file.ts'

const processes = createProcessTree({ graceMs: 500 })
const log = { info() {}, warn() {}, error() {} }
const DEAD = 4_000_000
let folder: string
let children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-pids-'))
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(folder, { recursive: true, force: true })
})

async function sleeper(mark = 'none'): Promise<number> {
  const child = spawn('/bin/sleep', ['60'], { env: { PORTICO_MCP_SERVER: mark }, stdio: 'ignore' })
  children.push(child)
  await new Promise((resolve) => child.once('spawn', resolve))
  return child.pid ?? 0
}
const pidFile = (ownPid: number) => createPidFile({ folder, ownPid, processes, log })
const put = (owner: { pid: number; startedAt: string | null }, kids: { pid: number; startedAt: string | null; mark: string }[]) => writeFile(path.join(folder, `${owner.pid}.json`), JSON.stringify({ owner, children: kids }))

describe('the pid file', () => {
  it('is there while servers run', async () => {
    const file = pidFile(process.pid)
    const [a, b] = [await sleeper(), await sleeper()]
    await file.add(a, 'm1')
    await file.add(b, 'm2')
    expect(await readdir(folder)).toEqual([`${process.pid}.json`])
    await file.remove(a)
    await file.remove(b)
    expect(await readdir(folder)).toEqual([])
  })
  it('lets the next start end servers and their children of a Portico that is gone', async () => {
    const [server, grandchild] = [await sleeper(), await sleeper('mark-of-crash')]
    await put({ pid: DEAD, startedAt: '1' }, [{ pid: server, startedAt: await processes.startedAt(server), mark: 'x' }, { pid: DEAD + 1, startedAt: '1', mark: 'mark-of-crash' }])
    await pidFile(process.pid).sweep()
    expect(await processes.startedAt(server)).toBeNull()
    expect(await processes.startedAt(grandchild)).toBeNull()
    expect(await readdir(folder)).toEqual([])
  })
  it('never touches a process that only has the same id, nor a living Portico’s servers', async () => {
    const [reused, living] = [await sleeper(), await sleeper('mark-living')]
    await put({ pid: DEAD, startedAt: '1' }, [{ pid: reused, startedAt: '12345', mark: 'other' }, { pid: reused, startedAt: null, mark: 'other' }])
    await put({ pid: process.ppid, startedAt: await processes.startedAt(process.ppid) }, [{ pid: living, startedAt: await processes.startedAt(living), mark: 'mark-living' }])
    await pidFile(process.pid).sweep()
    expect(await processes.startedAt(reused)).not.toBeNull()
    expect(await processes.startedAt(living)).not.toBeNull()
    expect(await readdir(folder)).toEqual([`${process.ppid}.json`])
  })
  it('takes nothing from a damaged or foreign file', async () => {
    await writeFile(path.join(folder, `${DEAD}.json`), '{"owner":')
    await writeFile(path.join(folder, 'notes.txt'), 'x')
    await mkdir(path.join(folder, 'sub'))
    await pidFile(process.pid).sweep()
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'sub'])
    await createPidFile({ folder: path.join(folder, 'none'), ownPid: 1, processes, log }).sweep()
  })
})
