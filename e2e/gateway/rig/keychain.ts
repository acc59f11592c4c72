/** A session bus with a real keyring of its own, for programs that look secrets up; ended with everything on it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { until } from '../../fixtures/until.ts'

export interface Keychain {
  /** What a program needs in its environment to find it. */
  env: Record<string, string>
  stop(): Promise<void>
}

export async function startKeychain(home: string): Promise<Keychain> {
  const runtime = path.join(home, '.runtime')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  const base = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: path.join(home, '.keyring') }
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { env: base, stdio: ['ignore', 'pipe', 'ignore'] })
  let address = ''
  bus.stdout.on('data', (piece: Buffer) => (address += piece.toString()))
  await until('the session bus', () => address.includes('\n'))
  const env = { DBUS_SESSION_BUS_ADDRESS: address.trim(), XDG_RUNTIME_DIR: runtime }
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { env: { ...base, ...env }, stdio: ['pipe', 'ignore', 'ignore'] })
  keyring.stdin.end('a password of this test only')
  await until('the keyring', async () => (await end(spawn('secret-tool', ['search', 'service', 'none'], { env: { ...base, ...env }, stdio: 'ignore' }))) === 0)
  return {
    env,
    async stop() {
      for (const one of [keyring, bus]) {
        one.kill('SIGTERM')
        await end(one)
      }
    },
  }
}

function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })
}
