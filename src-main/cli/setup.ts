/** Setup for one headless verb: the same service as the window's, with the gateway of `--gateway`, PORTICO_TOKEN, the sign-in, or this computer's running gateway. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import { composeSetup, type ComposedSetup } from '../app/compose-setup.ts'
import { isLoopback, normaliseBaseUrl } from '../api/base-url.ts'
import type { Connection } from '../api/ports.ts'
import { findRunningGateway } from '../api/running-gateway.ts'
import { createUsage } from '../api/routes/usage.ts'
import { findProgram } from '../platform/node/programs.ts'
import { createSshRunner, sshConfigOf } from '../platform/node/ssh-runner.ts'
import type { SetupService } from '../setup/service.ts'
import { isHost } from '../setup/ssh/hosts.ts'
import { lookAt, type RemoteMachine, type SshRun } from '../setup/ssh/ssh-host.ts'
import type { Invocation } from './arguments.ts'
import type { CliServices } from './compose-cli.ts'
import { isOwnProcess } from './local-gateway.ts'

export async function composeCliSetup(services: CliServices, invocation: Invocation, cwd: string): Promise<ComposedSetup> {
  const { platform, paths, http } = services
  const typedHome = invocation.values['home']
  const typed = invocation.values['gateway']
  let found: Promise<Connection & { name: string }> | null = null
  const connection = (): Promise<Connection & { name: string }> => (found ??= gatewayOf(services, typed === undefined ? null : normaliseBaseUrl(typed)))
  const typedHost = invocation.values['ssh']
  const remote = typedHost === undefined ? null : await remoteOf(services, typedHost, typedHome === undefined ? null : path.resolve(cwd, typedHome))
  if (remote && typed === undefined && isLoopback(new URL((await connection()).baseUrl).hostname)) {
    throw new AppError('setup.unsupported', { client: typedHost ?? '', reason: 'The gateway is on this computer, and cannot be reached from there. Name one that can with --gateway.' })
  }
  return composeSetup({
    ...(remote ? { remote } : {}),
    machine: { platform: platform.name, home: typedHome === undefined ? platform.homeFolder : path.resolve(cwd, typedHome), isOtherHome: typedHome !== undefined, env: platform.env, shellPath: platform.shellPath, processes: platform.processes },
    paths, clock: platform.clock, ids: platform.ids, log: platform.log, http, secrets: () => services.secrets(), connection, hasDoor: false,
    billedSince: async (at) => {
      // A gateway without receipts has no id to tell; the turn itself is the proof.
      const { entries } = await createUsage(http).recent(await connection(), 5).catch(() => ({ entries: [] }))
      return entries.find((one) => one.at >= at - 1_000)?.responseId ?? null
    },
  })
}

/** With another home ssh reads that home's configuration, so that it can be tried safely. */
export async function remoteOf({ platform, paths }: CliServices, host: string, home: string | null): Promise<{ run: SshRun; machine: RemoteMachine }> {
  if (!isHost(host)) throw new AppError('ssh.failed', { host, message: 'that is not a host' })
  const program = findProgram('ssh', { path: await platform.shellPath(), platform: platform.name, env: platform.env })
  if (program === null) throw new AppError('setup.program-missing', { program: 'ssh', advice: 'Install OpenSSH’s client first.' })
  const shared = path.join(paths.dataFolder, 'setup', 'ssh')
  await mkdir(shared, { recursive: true, mode: 0o700 })
  const run = createSshRunner({ program, env: platform.env, config: sshConfigOf(home ?? platform.homeFolder), shared: platform.name === 'win32' ? null : shared })
  return { run, machine: await lookAt(run, host, ['codex', 'claude']) }
}

export async function openSetup(services: CliServices, invocation: Invocation, cwd: string): Promise<SetupService> {
  return (await composeCliSetup(services, invocation, cwd)).setup
}

async function gatewayOf(services: CliServices, typed: string | null): Promise<Connection & { name: string }> {
  const token = services.platform.env['PORTICO_TOKEN']
  const running = await findRunningGateway(services.paths.gatewayData)
  const isHere = running !== null && isOwnProcess(running.pid)
  if (token && typed !== null) return { baseUrl: typed, token, name: 'Portico' }
  if (await services.hasSignIn()) {
    const auth = await services.auth()
    const { system, connection } = await auth.connection()
    if (typed === null || connection.baseUrl === typed) return { ...connection, name: system.name }
  }
  if (token && isHere && typed === null) return { baseUrl: running.url, token, name: 'Portico' }
  if (isHere && (typed === null || running.url === typed)) return { baseUrl: running.url, token: running.token, name: 'Portico' }
  if (typed !== null) throw new AppError('auth.not-signed-in', { advice: 'Set PORTICO_TOKEN to the token for that gateway, or sign in to it first.' })
  throw new AppError('setup.no-gateway', { advice: 'Name one with --gateway URL and PORTICO_TOKEN, sign in, or start the built-in gateway.' })
}
