/** Which TCP ports the processes of a tree listen on: /proc on Linux, `lsof` on macOS, `netstat` on Windows (of the process itself only). Best effort: what cannot be read is not told. */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { ListeningPort } from '../ports.ts'
import { descendants, listProcesses } from './process-list.ts'

const LISTEN = '0A'

/** Lines of /proc/net/tcp and tcp6: ports that are listened on, by the socket's inode. */
export function parseProcNet(text: string): { inode: string; port: ListeningPort }[] {
  return text.split('\n').slice(1).flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [address, port] = fields[1]?.split(':') ?? []
    const inode = fields[9]
    if (fields[3] !== LISTEN || !address || !port || !inode) return []
    return [{ inode, port: { port: Number.parseInt(port, 16), everywhere: !isLoopbackHex(address) } }]
  })
}

/** IPv4 in the machine's byte order (127.0.0.1 = 0100007F), IPv6 as four such words (::1, and ::ffff:127.x.x.x). */
function isLoopbackHex(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F')
  return address === '00000000000000000000000001000000' || (address.startsWith('0000000000000000FFFF0000') && address.endsWith('7F'))
}

/** Lines of `lsof -Fn`: `n*:8080`, `n127.0.0.1:3000`, `n[::1]:3000`. */
export function parseLsof(text: string): ListeningPort[] {
  return text.split('\n').flatMap((line) => {
    const match = /^n(.*):(\d+)$/.exec(line)
    return match ? [{ port: Number(match[2]), everywhere: !isLoopback(match[1] ?? '') }] : []
  })
}

/** Lines of `netstat -ano -p TCP`: the words are in the person's language, so a listener is one whose other side is port 0. */
export function parseNetstat(text: string, pids: ReadonlySet<number>): ListeningPort[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const local = /^(.*):(\d+)$/.exec(fields[1] ?? '')
    if (fields[0] !== 'TCP' || !local || !(fields[2] ?? '').endsWith(':0') || !pids.has(Number(fields.at(-1)))) return []
    return [{ port: Number(local[2]), everywhere: !isLoopback(local[1] ?? '') }]
  })
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '[::1]' || address === '::1' || address === 'localhost'
}

/** What the tree below `root` listens on, each port once; reachable from elsewhere first. */
export async function listeningPorts(root: number): Promise<ListeningPort[]> {
  const pids = process.platform === 'win32' ? [root] : descendants(await listProcesses(), root).map(({ pid }) => pid)
  // A child may have been given the sockets of whoever started it; those are not its own.
  const [found, ours] = await Promise.all([portsOf(pids), portsOf([process.pid])])
  const inherited = new Set(ours.map(({ port }) => port))
  const byPort = new Map<number, ListeningPort>()
  for (const one of found) if (!inherited.has(one.port)) byPort.set(one.port, { port: one.port, everywhere: one.everywhere || (byPort.get(one.port)?.everywhere ?? false) })
  return [...byPort.values()].sort((a, b) => Number(b.everywhere) - Number(a.everywhere) || a.port - b.port)
}

async function portsOf(pids: readonly number[]): Promise<ListeningPort[]> {
  if (pids.length === 0) return []
  if (process.platform === 'linux') return linuxPorts(pids)
  if (process.platform === 'win32') return parseNetstat(await output('netstat.exe', ['-ano', '-p', 'TCP']), new Set(pids))
  return parseLsof(await output('/usr/sbin/lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-a', '-p', pids.join(','), '-Fn']))
}

async function linuxPorts(pids: readonly number[]): Promise<ListeningPort[]> {
  const inodes = new Set<string>()
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''))?.[1]
      if (inode !== undefined) inodes.add(inode)
    }
  }
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  return tables.flatMap(parseProcNet).filter(({ inode }) => inodes.has(inode)).map(({ port }) => port)
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 5_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true }, (_error, stdout) => resolve(stdout))
  })
}
