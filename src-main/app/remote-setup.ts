/** Setup of other machines from the window: one at a time, each looked at anew when it is opened. */
import { globSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import type { ApplyReport, ClientId, RemoteView, RevertedClient, SetupPlan, SetupRequest, VerifiedClient } from '../../src-shared/domain/setup.ts'
import { normaliseBaseUrl } from '../api/base-url.ts'
import { createSshRunner, sshConfigOf } from '../platform/node/ssh-runner.ts'
import { isHost, readHosts } from '../setup/ssh/hosts.ts'
import { installScript } from '../setup/ssh/remote-script.ts'
import { lookAt, type RemoteMachine, type SshRun } from '../setup/ssh/ssh-host.ts'
import { TARGETS } from '../setup/targets/catalogue.ts'
import { composeSetup, type ComposedSetup, type ComposeSetupOptions } from './compose-setup.ts'

export interface RemoteSetup {
  hosts(): readonly string[]
  /** @throws AppError `ssh.*`, `setup.program-missing` */
  look(host: string): Promise<RemoteView>
  plan(host: string, gateway: string, request: SetupRequest): Promise<SetupPlan>
  apply(host: string, gateway: string, planId: string): Promise<ApplyReport>
  verify(host: string, clients: readonly ClientId[]): Promise<readonly VerifiedClient[]>
  revert(host: string, clients: readonly ClientId[]): Promise<readonly RevertedClient[]>
  install(host: string, client: ClientId, line: (text: string) => void, signal: AbortSignal): Promise<{ exitCode: number | null }>
}

export interface RemoteSetupDeps {
  /** All of this machine's Setup but the connection and the machine. */
  options: Omit<ComposeSetupOptions, 'connection' | 'remote'>
  find(program: string): Promise<string | null>
  signedIn(): Promise<{ baseUrl: string; token: string; name: string }>
}

const INSTALL_MS = 15 * 60_000

export function createRemoteSetup({ options, find, signedIn }: RemoteSetupDeps): RemoteSetup {
  const { machine, paths } = options
  const ssh = path.join(machine.home, '.ssh')
  const known = new Map<string, { run: SshRun; remote: RemoteMachine }>()

  async function reach(host: string): Promise<{ run: SshRun; remote: RemoteMachine }> {
    if (!isHost(host)) throw new AppError('ssh.failed', { host, message: 'that is not a host' })
    const program = await find('ssh')
    if (program === null) throw new AppError('setup.program-missing', { program: 'ssh', advice: 'Install OpenSSH’s client first.' })
    const shared = path.join(paths.dataFolder, 'setup', 'ssh')
    await mkdir(shared, { recursive: true, mode: 0o700 })
    const run = createSshRunner({ program, env: machine.env, config: sshConfigOf(machine.home), shared: machine.platform === 'win32' ? null : shared })
    const found = { run, remote: await lookAt(run, host, ['codex', 'claude']) }
    known.set(host, found)
    return found
  }

  async function composed(host: string, gateway: string | null): Promise<ComposedSetup> {
    const { run, remote } = known.get(host) ?? (await reach(host))
    return composeSetup({
      ...options, remote: { run, machine: remote },
      connection: async () => {
        const connection = await signedIn()
        return gateway === null ? connection : { ...connection, baseUrl: normaliseBaseUrl(gateway) }
      },
    })
  }

  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // Not there: no hosts from it.
      return ''
    }
  }

  return {
    hosts: () => readHosts(read(path.join(ssh, 'config')), (pattern) => globSync(pattern.startsWith('~/') ? path.join(machine.home, pattern.slice(2)) : path.resolve(ssh, pattern)).map(read)),
    async look(host) {
      const { remote } = await reach(host)
      return { host, user: remote.user, os: remote.os, clients: await (await composed(host, null)).setup.look() }
    },
    plan: async (host, gateway, request) => (await composed(host, gateway)).setup.plan(request),
    apply: async (host, gateway, planId) => (await composed(host, gateway)).setup.apply(planId),
    verify: async (host, clients) => (await composed(host, null)).setup.verify(clients, { turn: false }),
    revert: async (host, clients) => (await composed(host, null)).setup.revert(clients),
    async install(host, client, line, signal) {
      const { run } = known.get(host) ?? (await reach(host))
      const npmPackage = TARGETS.find(({ id }) => id === client)?.install?.at(-1)
      if (npmPackage === undefined) throw new AppError('setup.unsupported', { client, reason: 'It is installed from its own site.' })
      const done = await run(host, installScript(npmPackage), { timeoutMs: INSTALL_MS, line, signal })
      // What it has now is seen at the next look.
      known.delete(host)
      return done
    },
  }
}
