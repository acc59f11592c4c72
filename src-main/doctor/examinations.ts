/** What the Doctor looks at on this machine, one function a group. Everything they touch is passed in. */
import type { ClientView, Shadow } from '../../src-shared/domain/setup.ts'
import { describe } from '../../src-shared/errors.ts'
import type { Fetch, ProcessTable } from '../platform/ports.ts'
import type { Examination, Found } from './doctor.ts'
import type { Listener } from './listeners.ts'

export interface ExaminationDeps {
  find(program: string): Promise<string | null>
  /** What a program prints; null = nothing in time. */
  ask(program: string, args: readonly string[]): Promise<string | null>
  env: Readonly<Record<string, string | undefined>>
  shellPath(): Promise<string>
  delimiter: string
  clients(): Promise<readonly ClientView[]>
  shadows(): Promise<readonly Shadow[]>
  keychain(): Promise<{ kind: 'keychain' | 'memory'; backend: string }>
  /** null = nobody is signed in and no gateway runs. */
  gateway(): Promise<string | null>
  fetch: Fetch
  clock: { now(): number }
  fileExists(path: string): Promise<boolean>
  /** Servers that a Portico started which does not run any more. */
  leftovers(): Promise<readonly number[]>
  processes: Pick<ProcessTable, 'end'>
  /** Sockets on which MCP servers of this Portico listen. */
  listeners(): Promise<readonly Listener[]>
}

const found = (group: Found['group'], id: string, severity: Found['severity'], title: string, detail = '', advice: string | null = null): Found => ({ id: `${group}.${id}`, group, severity, title, detail, advice, fix: null })

export function examinationsOf(deps: ExaminationDeps): readonly Examination[] {
  return [
    { group: 'programs', look: () => programs(deps) }, { group: 'path', look: () => path(deps) }, { group: 'clients', look: () => clients(deps) },
    { group: 'variables', look: () => variables(deps) }, { group: 'keychain', look: () => keychain(deps) }, { group: 'network', look: () => network(deps) },
    { group: 'gateway', look: () => gateway(deps) }, { group: 'mcp', look: () => servers(deps) },
  ]
}

const PROGRAMS = [
  { name: 'node', title: 'Node.js', need: 'Most MCP servers and some clients run on it.', install: 'Install Node.js 22 or newer from nodejs.org or your system’s packages.', least: 20 },
  { name: 'npx', title: 'npx', need: 'Most MCP servers are started through it.', install: 'It comes with Node.js.', least: null },
  { name: 'uv', title: 'uv', need: 'Some MCP servers in Python are started through it.', install: 'Only for such servers: see docs.astral.sh/uv.', least: null },
  { name: 'git', title: 'Git', need: 'Coding clients use it to see what changed.', install: 'Install it from your system’s packages.', least: null },
] as const

async function programs({ find, ask }: ExaminationDeps): Promise<readonly Found[]> {
  return Promise.all(PROGRAMS.map(async ({ name, title, need, install, least }) => {
    const program = await find(name)
    if (program === null) return found('programs', name, name === 'uv' ? 'note' : 'warn', `${title} was not found`, need, install)
    const version = /\d+(?:\.\d+)+/.exec((await ask(program, ['--version'])) ?? '')?.[0] ?? null
    const isOld = least !== null && version !== null && Number(version.split('.')[0]) < least
    return found('programs', name, isOld ? 'warn' : 'ok', `${title}${version ? ` ${version}` : ''}`, program, isOld ? install : null)
  }))
}

async function path({ env, shellPath, delimiter, fileExists }: ExaminationDeps): Promise<readonly Found[]> {
  const own = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const shell = (await shellPath()).split(delimiter).filter(Boolean)
  const candidates = shell.filter((folder) => !own.includes(folder))
  // A folder that is not there makes no difference.
  const isThere = await Promise.all(candidates.map((folder) => fileExists(folder)))
  const missing = candidates.filter((_folder, index) => isThere[index])
  if (missing.length === 0) return [found('path', 'same', 'ok', 'The app sees the same PATH as your terminal', `${own.length} folders`)]
  return [found('path', 'differs', 'note', `Your terminal has ${missing.length} more folder${missing.length === 1 ? '' : 's'} on its PATH`, missing.join(', '), 'Portico and the servers it starts use your terminal’s PATH. Other apps started from the desktop do not see these.')]
}

async function clients(deps: ExaminationDeps): Promise<readonly Found[]> {
  return (await deps.clients()).filter(({ presence, ownedKeys }) => presence.kind !== 'away' || ownedKeys > 0).map((client) => {
    const { id, name, presence, problem, drift, now } = client
    const version = 'version' in presence && presence.version ? ` ${presence.version}` : ''
    if (problem && problem.code !== 'setup.client-running') return found('clients', id, 'bad', `${name}${version}: ${describe(problem).title}`, describe(problem).detail, describe(problem).action)
    if (drift.length > 0) return found('clients', id, 'warn', `${name}${version}: its setup was changed since`, drift.map(({ key }) => key).join(', '), 'Reapply or accept it in Setup.')
    if (presence.kind === 'files') return found('clients', id, 'note', `${name} left files, its program was not found`, now ?? '', 'Install it, or leave it.')
    return found('clients', id, 'ok', `${name}${version}`, now === null ? 'its files are valid' : `its files are valid; points to ${now}`)
  })
}

async function variables(deps: ExaminationDeps): Promise<readonly Found[]> {
  const shadows = await deps.shadows()
  if (shadows.length === 0) return [found('variables', 'none', 'ok', 'No variable is in the way of a setup')]
  return shadows.map(({ client, variable, where, value, fix }) => found('variables', `${client}.${variable}.${where}`, 'warn', `${variable} is set in ${where}`, value, fix))
}

async function keychain(deps: ExaminationDeps): Promise<readonly Found[]> {
  const { kind, backend } = await deps.keychain()
  if (kind === 'keychain') return [found('keychain', 'backend', 'ok', 'Secrets are in the system keychain', backend)]
  return [found('keychain', 'backend', 'warn', 'There is no system keychain', backend, 'Start GNOME Keyring or KWallet; until then a sign-in ends with Portico, and token helpers need Portico to run.')]
}

async function network({ env, fileExists }: ExaminationDeps): Promise<readonly Found[]> {
  const value = (name: string): string => env[name] || env[name.toLowerCase()] || ''
  const proxy = value('HTTPS_PROXY') || value('HTTP_PROXY') || value('ALL_PROXY')
  const results: Found[] = []
  if (proxy === '') results.push(found('network', 'proxy', 'ok', 'No proxy is set'))
  else {
    const isLocalFree = /(?:^|,)\s*(?:\*|localhost|127\.0\.0\.1|127\.0\.0\.0\/8)\s*(?:,|$)/.test(value('NO_PROXY'))
    results.push(found('network', 'proxy', isLocalFree ? 'note' : 'warn', 'A proxy is set', proxy.replace(/\/\/[^@/]*@/, '//••••@'), isLocalFree ? null : 'Add 127.0.0.1,localhost to NO_PROXY, so that calls to the built-in gateway stay on this machine.'))
  }
  const extra = env['NODE_EXTRA_CA_CERTS']
  if (extra) {
    const isThere = await fileExists(extra)
    results.push(found('network', 'certificates', isThere ? 'note' : 'bad', isThere ? 'More certificates are trusted' : 'NODE_EXTRA_CA_CERTS names a file that is not there', extra, isThere ? null : 'Correct or remove the variable: programs on Node warn or fail with it.'))
  }
  return results
}

const TRIES = 3
const SKEW_NOTE_MS = 5_000
const SKEW_WARN_MS = 60_000

async function gateway(deps: ExaminationDeps): Promise<readonly Found[]> {
  const url = await deps.gateway()
  if (url === null) return [found('gateway', 'none', 'warn', 'There is no gateway', '', 'Sign in, or start the built-in gateway.')]
  const times: number[] = []
  let date: string | null = null
  try {
    for (let round = 0; round < TRIES; round += 1) {
      const from = deps.clock.now()
      const response = await deps.fetch(`${url}/v1/models`, { signal: AbortSignal.timeout(5_000) })
      await response.arrayBuffer()
      times.push(deps.clock.now() - from)
      date = response.headers.get('date')
    }
  } catch (error) {
    return [found('gateway', 'reach', 'bad', 'The gateway does not answer', `${url}: ${error instanceof Error ? error.message : 'unknown'}`, 'Check the network and the address; the built-in gateway can be restarted in Settings.')]
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(TRIES / 2)] ?? 0
  return [found('gateway', 'reach', 'ok', `The gateway answers in ${median} ms`, url), ...skew(date, deps.clock.now())]
}

function skew(date: string | null, now: number): Found[] {
  const told = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(told)) return []
  // A date header is of whole seconds.
  const apart = Math.abs(now - told - 500)
  const words = `${Math.round(apart / 1000)} s`
  if (apart < SKEW_NOTE_MS) return [found('clock', 'skew', 'ok', 'The clock agrees with the gateway’s')]
  return [found('clock', 'skew', apart > SKEW_WARN_MS ? 'warn' : 'note', `The clock differs from the gateway’s by ${words}`, '', 'Let the system set its time by itself: sign-ins and price windows depend on it.')]
}

async function servers(deps: ExaminationDeps): Promise<readonly Found[]> {
  const [leftovers, listeners] = await Promise.all([deps.leftovers(), deps.listeners()])
  const results: Found[] = []
  if (leftovers.length === 0) results.push(found('mcp', 'leftovers', 'ok', 'No MCP server was left behind'))
  else {
    results.push({
      ...found('mcp', 'leftovers', 'warn', `${leftovers.length} process${leftovers.length === 1 ? '' : 'es'} of MCP servers were left behind`, `Process ids ${leftovers.join(', ')}`),
      fix: {
        label: 'End them',
        run: async () => {
          for (const pid of leftovers) await deps.processes.end(pid)
        },
      },
    })
  }
  for (const { pid, address, port, isOpen } of listeners) {
    results.push(found('mcp', `listens.${port}`, isOpen ? 'warn' : 'note', `An MCP server listens on ${address}:${port}`, `Process id ${pid}`, isOpen ? 'Other machines can reach it. Stop it in Tools unless you want that.' : 'Only this machine can reach it.'))
  }
  return results
}
