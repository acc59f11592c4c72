/** On which sockets processes listen: the kernel's table on Linux, as pure functions over its text. */

export interface Listener {
  pid: number
  address: string
  port: number
  /** Other machines can reach it. */
  isOpen: boolean
}

/** Rows of /proc/net/tcp or tcp6 in the state LISTEN. */
export function parseTcpTable(text: string): { inode: string; address: string; port: number; isOpen: boolean }[] {
  return text.split('\n').slice(1).flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [hex = '', port = ''] = (fields[1] ?? '').split(':')
    if (fields[3] !== '0A' || fields[9] === undefined) return []
    const address = hex.length === 8 ? fourBytes(hex) : sixteenBytes(hex)
    return [{ inode: fields[9], address, port: Number.parseInt(port, 16), isOpen: !/^(?:127\.|::1$|::ffff:127\.)/.test(address) }]
  })
}

/** Little-endian, as the kernel prints it. */
function fourBytes(hex: string): string {
  return (hex.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)).join('.')
}

function sixteenBytes(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).toReversed().join(''))
  const all = words.join('').toLowerCase()
  if (all === '0'.repeat(32)) return '::'
  if (all === `${'0'.repeat(31)}1`) return '::1'
  if (all.startsWith(`${'0'.repeat(20)}ffff`)) return `::ffff:${(all.slice(24).match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')}`
  return (all.match(/.{4}/g) ?? []).join(':')
}

export interface ProcFiles {
  read(file: string): Promise<string>
  /** Where the links of a folder lead; none when it cannot be read. */
  links(folder: string): Promise<readonly string[]>
}

/** Sockets on which these processes listen; none where the system has no such table. */
export async function listenersOf(pids: readonly number[], files: ProcFiles): Promise<readonly Listener[]> {
  if (pids.length === 0) return []
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => files.read(file).catch(() => '')))
  const rows = tables.flatMap(parseTcpTable)
  const found: Listener[] = []
  for (const pid of pids) {
    const inodes = new Set((await files.links(`/proc/${pid}/fd`)).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.slice(1, 2) ?? []))
    for (const { inode, ...row } of rows) if (inodes.has(inode)) found.push({ pid, ...row })
  }
  return found
}
