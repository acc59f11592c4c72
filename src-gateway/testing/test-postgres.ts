/**
 * For tests: a PostgreSQL server of their own in a temporary folder, on a free port of 127.0.0.1, ended with the test file (and with the test process,
 * should that be killed). Needs Debian's `postgresql` package, which the setup of `npm test` installs; without it these tests fail and say so.
 */
import { execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'

export interface TestPostgres {
  /** A fresh, empty database; dropped with the server. */
  newDatabase(): Promise<string>
  /** Shuts the server down, cutting all connections; gives a function that starts it again on the same data and port. */
  goAway(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

/** Starts one server for all tests of a file; gives a function that makes a fresh database in it. */
export function usePostgres(): () => Promise<string> {
  const server = usePostgresServer()
  return () => server().newDatabase()
}

/** The same; gives the server itself. */
export function usePostgresServer(): () => TestPostgres {
  let server: TestPostgres | null = null
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(async () => server?.stop())
  return () => {
    if (!server) throw new Error('PostgreSQL did not start')
    return server
  }
}

export async function startPostgres(): Promise<TestPostgres> {
  const bin = findPostgres()
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? unprivilegedUser() : null
  const as = user ?? {}
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-postgres-test-'))
  if (user) chownSync(folder, user.uid, user.gid)
  const data = path.join(folder, 'data')
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
  await promisify(execFile)(path.join(bin, 'initdb'), ['-D', data, '-U', 'portico', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions'], { ...as, env, cwd: folder })
  const port = await freePort()
  const launch = () => launchServer(bin, { data, folder, port }, { ...as, env, cwd: folder })
  let running = await launch()
  const { default: pg } = await import('pg')
  const address = (database: string): string => `postgres://portico@127.0.0.1:${port}/${database}`
  let made = 0
  return {
    newDatabase: async () => {
      made += 1
      const admin = new pg.Client(address('postgres'))
      await admin.connect()
      await admin.query(`CREATE DATABASE test_${made} TEMPLATE template0`)
      await admin.end()
      return address(`test_${made}`)
    },
    goAway: async () => {
      await running.end()
      return async () => {
        running = await launch()
      }
    },
    stop: async () => {
      await running.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launchServer(bin: string, { data, folder, port }: { data: string; folder: string; port: number }, as: { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv }): Promise<{ end(): Promise<void> }> {
  // The shell ends the server when our end of its stdin closes, however this process ends.
  const child = spawn('/bin/sh', [
    '-c', 'exec 3<&0; "$0" "$@" <&- & server=$!; (read -r line <&3; kill -INT $server) & wait $server; kill $! 2>/dev/null',
    path.join(bin, 'postgres'), '-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port),
    '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=120', '-c', 'shared_buffers=32MB', '-c', 'autovacuum=off',
  ], { ...as, stdio: ['pipe', 'ignore', 'pipe'] })
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (log.includes('database system is ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`PostgreSQL ended at its start:\n${log}`)))
  })
  return {
    end: async () => {
      child.stdin.end('\n')
      await exit
    },
  }
}

/** The folder of `postgres` and `initdb`, newest version first. @throws with a sentence for the person who runs the tests. */
function findPostgres(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)).map((version) => path.join(root, version, 'bin')) : []
  const found = [...versions, ...(process.env['PATH'] ?? '').split(path.delimiter)].find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')))
  if (found) return found
  throw new Error('PostgreSQL is not installed, and the tests of the shared store start one of their own. On Debian: apt-get install postgresql (npm test does it by itself).')
}

function unprivilegedUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  if (!entry) throw new Error('PostgreSQL does not run as root, and there is no user “postgres” or “nobody” here')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
