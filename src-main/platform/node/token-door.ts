/** The door that token helpers ask at while Portico runs: HTTP on a Unix socket that only this person can open (0600 in a 0700 folder), or on a named pipe. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import nodePath from 'node:path'
import type { Log } from '../ports.ts'

export type DoorRequest = { kind: 'token'; client: string } | { kind: 'value'; preset: string; variable: string }

export interface TokenDoor {
  close(): Promise<void>
}

export interface TokenDoorOptions {
  path: string
  /** Null = there is none. */
  answer(request: DoorRequest): Promise<string | null>
  log: Log
}

/** A helper says so little that anything slower is none (ms). */
const PATIENCE = 5_000

/** Null when another living Portico keeps this door: helpers then ask there. */
export async function openTokenDoor({ path, answer, log }: TokenDoorOptions): Promise<TokenDoor | null> {
  const isPipe = path.startsWith('\\\\')
  if (!isPipe) {
    const folder = nodePath.dirname(path)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  }
  if (await isAnswered(path)) {
    log.info('door.taken')
    return null
  }
  // Left behind by a process that was killed.
  if (!isPipe) await rm(path, { force: true })
  const server = createServer({ maxHeaderSize: 4_096, requestTimeout: PATIENCE, headersTimeout: PATIENCE }, (request, response) => {
    const end = (status: number, text: string): void => void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' }).end(text)
    const wanted = readRequest(request)
    if (!wanted) return end(404, 'Portico does not know this.\n')
    answer(wanted).then((value) => (value === null ? end(503, 'Portico has nothing to tell: sign in first.\n') : end(200, `${value}\n`))).catch((error: unknown) => {
      log.warn('door.failed', { error })
      end(503, 'Portico could not read it.\n')
    })
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(before)
  }
  if (!isPipe) await chmod(path, 0o600)
  // A door keeps nobody from ending.
  server.unref()
  return {
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}

/** A page in a browser cannot reach a socket file, but a pipe may get a forwarded request: what carries a page's headers is none of ours. */
function readRequest({ method, url = '', headers }: IncomingMessage): DoorRequest | null {
  if (method !== 'GET' || headers.origin !== undefined || headers.referer !== undefined || headers.host !== 'portico') return null
  const token = /^\/token\/([a-z0-9-]{1,40})$/.exec(url)
  if (token?.[1] !== undefined) return { kind: 'token', client: token[1] }
  const value = /^\/values\/([a-z0-9-]{1,60})\/([A-Za-z_][A-Za-z0-9_]{0,199})$/.exec(url)
  return value?.[1] !== undefined && value[2] !== undefined ? { kind: 'value', preset: value[1], variable: value[2] } : null
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(1_000, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
