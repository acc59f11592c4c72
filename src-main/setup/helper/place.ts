/** Where the token helper and its door lie, and under which names the keychain keeps what they tell. Pure. */
import { createHash } from 'node:crypto'
import nodePath from 'node:path'
import type { ClientId } from '../../../src-shared/domain/setup.ts'

/** Names in the secret store; the keychain's account is `<profile>:<name>`. */
export function setupTokenName(gateway: string): string {
  // One for each gateway: a token must never be sent to another one's address.
  return `setup:token:${createHash('sha256').update(gateway).digest('hex').slice(0, 8)}`
}
export function presetValueName(preset: string, variable: string): string {
  return `setup:preset:${preset}:${variable}`
}

export interface Places {
  /** Portico's own folder for Setup. */
  folder: string
  /** A Unix socket, or a named pipe on Windows. */
  door: string
  tokenScript(client: ClientId): string
  /** Runs an MCP server with the values of its preset. */
  runner: string
}

/** What a Unix socket's path may have on every system (macOS: 104 bytes with the closing zero). */
const LONGEST_SOCKET = 100

/** `profile`: short name of the data folder; `uid` null on Windows. */
export function placesOf(options: { platform: NodeJS.Platform; dataFolder: string; profile: string; env: Readonly<Record<string, string | undefined>>; uid: number | null }): Places {
  const { platform, dataFolder, profile, env, uid } = options
  const path = platform === 'win32' ? nodePath.win32 : nodePath.posix
  const folder = path.join(dataFolder, 'setup')
  const end = platform === 'win32' ? '.cmd' : ''
  return { folder, door: door(), tokenScript: (client) => path.join(folder, `portico-token-${client}${end}`), runner: path.join(folder, `portico-mcp${end}`) }

  function door(): string {
    if (platform === 'win32') return `\\\\.\\pipe\\portico-${profile}`
    const own = path.join(folder, 'door.sock')
    if (Buffer.byteLength(own) <= LONGEST_SOCKET) return own
    const runtime = env['XDG_RUNTIME_DIR']
    return runtime !== undefined && path.isAbsolute(runtime) && Buffer.byteLength(runtime) < 60 ? path.join(runtime, `portico-${profile}`, 'door.sock') : `/tmp/portico-${uid ?? 0}-${profile}/door.sock`
  }
}
