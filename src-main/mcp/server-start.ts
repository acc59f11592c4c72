/** Spawns a server's process with its environment, or goes to a remote one, and shakes hands. */
import { remoteUrl } from '../../src-shared/domain/mcp.ts'
import type { SecretStore } from '../platform/ports.ts'
import { getLongSecret, setLongSecret } from '../storage/long-secret.ts'
import { basicVariables, declaredVariables, MARK_VARIABLE, signInName } from './child-env.ts'
import { ConnectionFailure, type ConnectMcp, type Elicit, type McpConnection, type ProgramPlace, type RemotePlace, type SignInOptions } from './connection.ts'
import type { McpLimits } from './limits.ts'
import type { PidFile } from './pid-file.ts'
import type { McpServerSpec } from './ports.ts'
import type { ServerRun } from './server-run.ts'
import { createStderrTail, type StderrTail } from './stderr-tail.ts'

export interface StartDeps {
  secrets: SecretStore
  connect: ConnectMcp
  pids: PidFile
  limits: McpLimits
  clientVersion: string
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  path: () => Promise<string>
  /** Opens a page in the person's browser; null = nobody asked for this start, or there is no browser. */
  openPage: ((url: string) => Promise<void>) | null
  /** Where services can read who Portico is; null = nowhere. */
  metadataUrl: string | null
  elicit: Elicit | null
  timeoutMs: number
  /** A person is signing in, or is done. */
  onPerson(waits: boolean): void
  /** The tail of this start, known before the process runs. */
  onStderr(tail: StderrTail): void
  onNoise(): void
  onListChanged(): void
  changed(now: boolean): void
}

/** Lines of noise that are shown among the error output, so that a person sees what it is. */
const SHOWN_NOISE = 5

/** Fills in `run`. @throws ConnectionFailure; AppError `mcp.start-failed` when a declared variable has no value */
export async function openRun(run: ServerRun, spec: McpServerSpec, deps: StartDeps): Promise<McpConnection> {
  const declared = await declaredVariables(spec, deps.secrets)
  run.stderr = createStderrTail(Object.values(declared))
  deps.onStderr(run.stderr)
  const url = remoteUrl(spec)
  const place = url === null ? await programPlace(run, spec, declared, deps) : remotePlace(url, spec, declared, deps)
  if (run.abort.signal.aborted) throw new ConnectionFailure('aborted', 'stopped')
  let noise = 0
  run.connection = await deps.connect({
    place,
    elicit: deps.elicit,
    clientVersion: deps.clientVersion,
    maxMessageBytes: deps.limits.maxMessageBytes,
    timeoutMs: deps.timeoutMs,
    signal: run.abort.signal,
    onNoise(line) {
      noise += 1
      if (noise <= SHOWN_NOISE) run.stderr.add(`[stdout] ${line.slice(0, 500)}\n`)
      deps.onNoise()
      deps.changed(false)
    },
    onStderr(text) {
      run.stderr.add(text)
      deps.changed(false)
    },
    onListChanged: deps.onListChanged,
  })
  return run.connection
}

async function programPlace(run: ServerRun, spec: McpServerSpec, declared: Readonly<Record<string, string>>, deps: StartDeps): Promise<ProgramPlace> {
  return {
    kind: 'program', command: spec.command, args: spec.args, cwd: deps.cwd,
    env: { ...basicVariables(deps.env), PATH: await deps.path(), ...declared, [MARK_VARIABLE]: run.mark },
    onSpawn(pid) {
      run.pid = pid
      void deps.pids.add(pid, run.mark)
    },
  }
}

function remotePlace(url: URL, spec: McpServerSpec, declared: Readonly<Record<string, string>>, deps: StartDeps): RemotePlace {
  const { options, headers } = readDeclared(declared, deps.metadataUrl)
  const name = signInName(spec.id)
  return {
    kind: 'remote', url: url.href, headers,
    signIn: { options, openPage: deps.openPage, onPerson: deps.onPerson, load: () => getLongSecret(deps.secrets, name), save: (text) => setLongSecret(deps.secrets, name, text) },
  }
}

const SIGN_IN_VARIABLE = /^OAUTH_/i

/** Of a remote server's declared values `OAUTH_…` set up its sign-in; all others are headers. */
export function readDeclared(declared: Readonly<Record<string, string>>, metadataUrl: string | null): { options: SignInOptions; headers: Record<string, string> } {
  const value = (name: string): string | null => declared[`OAUTH_${name}`] ?? null
  return {
    options: {
      clientId: value('CLIENT_ID'), clientSecret: value('CLIENT_SECRET'), privateKey: value('PRIVATE_KEY'), algorithm: value('ALGORITHM') ?? 'ES256', scope: value('SCOPE'),
      grant: value('GRANT') === 'client_credentials' ? 'client-credentials' : 'code', metadataUrl,
    },
    headers: Object.fromEntries(Object.entries(declared).filter(([name]) => !SIGN_IN_VARIABLE.test(name))),
  }
}
