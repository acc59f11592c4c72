/** Memory and CPU of a process and everything below it, read from /proc (Linux). */
import { readFileSync, readdirSync } from 'node:fs'

/** All pids of the tree under `root`, itself first. */
export function processTree(root) {
  const children = new Map()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = parentOf(Number(entry))
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const tree = []
  const queue = [root]
  while (queue.length > 0) {
    const pid = queue.shift()
    tree.push(pid)
    queue.push(...(children.get(pid) ?? []))
  }
  return tree
}

function parentOf(pid) {
  const stat = statFields(pid)
  return stat ? Number(stat[1]) : null
}

/** Fields of /proc/PID/stat after the command name: [state, ppid, …]. Null when the process is gone. */
function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** Proportional set size of the tree in MiB, and its anonymous part. */
export function treeMemory(root) {
  let pss = 0
  let anonymous = 0
  for (const pid of processTree(root)) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      pss += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
      anonymous += Number(/^Pss_Anon:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
    } catch {
      // The process ended between listing and reading.
    }
  }
  return { pss: pss / 1024, anonymous: anonymous / 1024, processes: processTree(root).length }
}

/** CPU seconds used so far by one process or by a tree. */
export function cpuSeconds(pids) {
  let ticks = 0
  for (const pid of pids) {
    const stat = statFields(pid)
    if (stat) ticks += Number(stat[11]) + Number(stat[12])
  }
  return ticks / 100
}

/** The command line of a process, or ''. */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
