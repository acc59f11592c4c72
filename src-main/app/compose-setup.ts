/** Makes Setup for the window and for the headless verbs: this machine's files and programs, the targets, the token helpers. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path, { posix } from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import type { ClientId, PresetView, Shadow } from '../../src-shared/domain/setup.ts'
import { readClientModels, type ClientModels } from '../api/routes/client-models.ts'
import type { Http } from '../api/http.ts'
import type { Connection } from '../api/ports.ts'
import { commandEnvironment } from '../platform/node/command-runner.ts'
import { findProgram, runningNames, runProgram } from '../platform/node/programs.ts'
import { KEYCHAIN_SERVICE } from '../platform/node/secret-store.ts'
import type { Clock, Ids, Log, ProcessTree, SecretStore } from '../platform/ports.ts'
import { createLocalHost } from '../setup/engine/local-host.ts'
import type { WholeFile } from '../setup/engine/plan-client.ts'
import { openRecord } from '../setup/engine/record.ts'
import { createVault } from '../setup/engine/vault.ts'
import { placesOf, presetValueName, setupTokenName, type Places } from '../setup/helper/place.ts'
import { remoteTokenScript, runnerScript, tokenScript, type ScriptFacts } from '../setup/helper/scripts.ts'
import { detectClient } from '../setup/machine/detect.ts'
import { findShadows } from '../setup/machine/shadows.ts'
import type { FileHost, Machine } from '../setup/ports.ts'
import { loadPresets, presetOf, presetView, resolvePreset, type PresetCatalogue } from '../setup/presets.ts'
import { createSetup, type GatewayAccess, type SetupService } from '../setup/service.ts'
import { loadSkills, skillFiles } from '../setup/skills.ts'
import { runScript } from '../setup/ssh/remote-script.ts'
import { createSshHost, type RemoteMachine, type SshRun } from '../setup/ssh/ssh-host.ts'
import { TARGETS } from '../setup/targets/catalogue.ts'
import { verifyClient } from '../setup/verify.ts'
import type { Paths } from './paths.ts'
import { profileOf } from './profile.ts'

export interface SetupMachine {
  platform: NodeJS.Platform
  home: string
  /** Another home than the person's: its variables do not count. */
  isOtherHome: boolean
  env: Readonly<Record<string, string | undefined>>
  shellPath(): Promise<string>
  processes: ProcessTree
}

export interface ComposeSetupOptions {
  machine: SetupMachine
  paths: Paths
  clock: Clock
  ids: Ids
  log: Log
  http: Http
  secrets(): Promise<SecretStore>
  /** @throws AppError `setup.no-gateway`, `auth.*` */
  connection(): Promise<Connection & { name: string }>
  /** The id of the newest billed answer since then. */
  billedSince(at: number): Promise<string | null>
  /** Whether a helper may rely on the running app alone. */
  hasDoor: boolean
  /** Another machine to set up instead of this one. */
  remote?: { run: SshRun; machine: RemoteMachine }
}

export interface ComposedSetup {
  setup: SetupService
  host: FileHost
  places: Places
  presets(): Promise<readonly PresetView[]>
  shadows(): Promise<readonly Shadow[]>
  models(): Promise<readonly string[]>
  savePresetValues(preset: string, values: Readonly<Record<string, string>>): Promise<void>
  /** What a helper at the door is told. */
  presetValue(preset: string, variable: string): Promise<string | null>
  /** The gateway a client was pointed to with a helper; null = it was not. */
  helpedTo(client: string): string | null
  /** Keeps the newest token of a gateway for helpers, if any client of it has one. */
  renewToken(connection: Connection): Promise<void>
  forgetToken(baseUrl: string): Promise<void>
  find(program: string): Promise<string | null>
  run(program: string, args: readonly string[], options: { timeoutMs: number; line?: (text: string) => void; signal?: AbortSignal }): ReturnType<typeof runProgram>
}

/** Clients that work in a terminal. */
const REMOTE_CLIENTS: readonly ClientId[] = ['codex', 'claude-code']
/** Clients that start their servers in the folder they work in. */
const WORKS_IN_FOLDER: readonly ClientId[] = ['codex', 'claude-code', 'opencode', 'gemini-cli']
const VERSION_MS = 8_000
/** Models are asked for at every plan, and plans come quickly one after the other (ms). */
const MODELS_AGE = 20_000

export async function composeSetup(options: ComposeSetupOptions): Promise<ComposedSetup> {
  const { machine, paths, clock, ids, log, http, secrets } = options
  const { platform, home } = machine
  const view: Machine = { platform: platform === 'win32' || platform === 'darwin' ? platform : 'linux', home, env: machine.isOtherHome ? inside(machine.env, home) : machine.env }
  const remote = options.remote ?? null
  const host = remote ? createSshHost(remote.run, remote.machine) : createLocalHost(view)
  const places = placesOf({ platform, dataFolder: paths.dataFolder, profile: profileOf(paths.dataFolder), env: machine.isOtherHome ? {} : machine.env, uid: process.getuid?.() ?? null })
  // What is known of another machine stays apart, by its name.
  const folder = remote ? path.join(places.folder, 'remotes', createHash('sha256').update(`${remote.machine.host}\0${remote.machine.user}`).digest('hex').slice(0, 16)) : places.folder
  const record = await openRecord(path.join(folder, 'record.json'), clock)
  const facts: ScriptFacts = { platform, door: places.door, keychain: { service: KEYCHAIN_SERVICE, accountPrefix: `${profileOf(paths.dataFolder)}:` } }
  const script = (file: string, text: string, why: string): WholeFile => ({ path: file, bytes: Buffer.from(text), mode: 0o700, kind: 'helper', why })

  let catalogue: Promise<PresetCatalogue> | null = null
  const presets = (): Promise<PresetCatalogue> => (catalogue ??= readFile(path.join(paths.resources, 'mcp-presets.json'), 'utf8').then(loadPresets))

  /** What clients and checks are run with: the person's variables, and the home that is set up. */
  async function environment(): Promise<Record<string, string>> {
    const env = commandEnvironment(machine.isOtherHome ? { ...machine.env, ...cleared } : machine.env, await machine.shellPath())
    return { ...env, HOME: home, ...(platform === 'win32' ? { USERPROFILE: home } : {}), NO_COLOR: '1' }
  }
  /** Of the person's own home, not of the other. */
  const cleared = Object.fromEntries(['CODEX_HOME', 'CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME', 'GEMINI_CLI_HOME'].filter((name) => view.env[name] === undefined).map((name) => [name, undefined]))
  const find = async (program: string): Promise<string | null> => {
    if (remote) return remote.machine.programs.get(program)?.path ?? null
    const own = platform === 'win32' ? [] : [path.join(home, '.local', 'bin'), path.join(home, '.npm-global', 'bin')]
    return findProgram(program, { path: [await machine.shellPath(), ...own].join(path.delimiter), platform, env: machine.env })
  }
  const run: ComposedSetup['run'] = async (program, args, how) => remote
    ? remote.run(remote.machine.host, runScript(program, args), how)
    : runProgram(machine.processes, program, args, { ...how, env: await environment(), cwd: home })

  let read: { at: number; baseUrl: string; found: ClientModels } | null = null
  /** A gateway that does not answer has no models: a plan without is better than none. */
  async function modelsOf(connection: Connection): Promise<ClientModels> {
    if (read && read.baseUrl === connection.baseUrl && clock.now() - read.at < MODELS_AGE) return read.found
    try {
      const found = await readClientModels(http, connection)
      read = { at: clock.now(), baseUrl: connection.baseUrl, found }
      return found
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      log.warn('setup.no-models', { code: thrown.code })
      return { models: [], codexCatalogue: null }
    }
  }

  async function presetValue(preset: string, variable: string): Promise<string | null> {
    const known = presetOf(await presets(), preset)
    return known.variables.some(({ name }) => name === variable) ? (await secrets()).get(presetValueName(preset, variable)) : null
  }
  async function valuesOf(preset: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {}
    for (const { name } of presetOf(await presets(), preset).variables) {
      const value = await (await secrets()).get(presetValueName(preset, name))
      if (value !== null) found[name] = value
    }
    return found
  }

  let access: GatewayAccess | null = null
  const setup = createSetup({
    host, targets: remote ? TARGETS.filter(({ id }) => REMOTE_CLIENTS.includes(id)) : TARGETS, vault: createVault(folder, ids), record, journal: path.join(folder, 'journal.json'), clock, ids,
    detect: (target) => detectClient(target, {
      host, find, running: async () => (remote ? new Set<string>() : runningNames()),
      ask: async (program, args) => (remote ? (target.programs.map((name) => remote.machine.programs.get(name)?.version).find(Boolean) ?? null) : (await run(program, args, { timeoutMs: VERSION_MS })).stdout || null),
    }),
    async access() {
      const { baseUrl, token, name } = await options.connection()
      access = { baseUrl: baseUrl.replace(/\/+$/, ''), token, name, models: (await modelsOf({ baseUrl, token })).models }
      return access
    },
    tokenFor(client, way, { token, baseUrl }) {
      if (way === 'file') return { source: { way, value: token }, files: [] }
      if (remote) {
        // There is no app to ask there: the token has a file of its own that only this person can read, and clients a helper that prints it.
        const kept = posix.join(remote.machine.own, 'token')
        const helper = posix.join(remote.machine.own, `portico-token-${client}`)
        return { source: { way, program: helper }, files: [{ path: kept, bytes: Buffer.from(`${token}\n`), mode: 0o600, kind: 'helper', why: 'The token.' }, script(helper, remoteTokenScript(kept), 'Tells the token to the client.')] }
      }
      const file = places.tokenScript(client)
      return { source: { way, program: file }, files: [script(file, tokenScript(facts, client, setupTokenName(baseUrl)), 'Tells the token to the client.')] }
    },
    async keepToken({ token, baseUrl }) {
      if (remote) return
      const store = await secrets()
      if (store.kind !== 'keychain' && !options.hasDoor) throw new AppError('setup.no-keychain', { backend: store.backend })
      await store.set(setupTokenName(baseUrl), token)
    },
    async codexCatalogue({ baseUrl, token }) {
      const { codexCatalogue } = await modelsOf({ baseUrl, token })
      return codexCatalogue === null ? null : { path: remote ? posix.join(remote.machine.own, 'codex-models.json') : path.join(folder, 'codex-models.json'), bytes: Buffer.from(codexCatalogue), mode: 0o644, kind: 'catalogue', why: 'The gateway’s models for Codex.' }
    },
    async mcpFor(client, chosen) {
      const all = await presets()
      const entries = []
      let needsRunner = false
      for (const id of chosen) {
        const preset = presetOf(all, id)
        if (remote && preset.variables.some(({ required, folderOfWork }) => required && !folderOfWork)) throw new AppError('setup.unsupported', { client: preset.name, reason: 'Its values are on this computer, and are not sent to another one.' })
        const entry = resolvePreset(preset, { values: await valuesOf(id), runner: places.runner, startsInFolder: WORKS_IN_FOLDER.includes(client) })
        needsRunner ||= preset.variables.some(({ secret }) => secret)
        entries.push(entry)
      }
      return { entries, files: needsRunner ? [script(places.runner, runnerScript(facts, presetValueName), 'Starts MCP servers with their values from the keychain.')] : [] }
    },
    skillsFor: async (_client, skills) => skillFiles(await loadSkills(path.join(paths.resources, 'skills')), skills, remote ? 'linux' : view.platform),
    verify: (target, wanted, how) => verifyClient({ run, billedSince: options.billedSince, clock, secrets: access ? [access.token] : [] }, target, wanted, how),
  })

  return {
    setup, host, places, find, run, presetValue,
    helpedTo: (client) => Object.entries(record.get().clients).find(([id, one]) => id === client && one?.token === 'helper')?.[1]?.gateway ?? null,
    async renewToken({ baseUrl, token }) {
      const gateway = baseUrl.replace(/\/+$/, '')
      if (Object.values(record.get().clients).some((one) => one?.token === 'helper' && one.gateway === gateway)) await (await secrets()).set(setupTokenName(gateway), token)
    },
    forgetToken: async (baseUrl) => (await secrets()).delete(setupTokenName(baseUrl.replace(/\/+$/, ''))),
    async presets() {
      const views: PresetView[] = []
      for (const preset of (await presets()).presets) views.push(presetView(preset, await valuesOf(preset.id)))
      return views
    },
    shadows: () => findShadows({ host, targets: TARGETS, env: machine.isOtherHome ? {} : machine.env, registry: async () => (platform === 'win32' ? (await run('reg', ['query', 'HKCU\\Environment'], { timeoutMs: 5_000 })).stdout : '') }),
    async models() {
      try {
        return (await modelsOf(await options.connection())).models.map(({ id }) => id)
      } catch (thrown) {
        if (thrown instanceof AppError) return []
        throw thrown
      }
    },
    async savePresetValues(preset, values) {
      const known = presetOf(await presets(), preset)
      const store = await secrets()
      for (const [name, value] of Object.entries(values)) {
        if (!known.variables.some((one) => one.name === name)) throw new AppError('ipc.invalid-input', { issue: `${known.name} has no variable ${name}.` })
        if (value === '') await store.delete(presetValueName(preset, name))
        else await store.set(presetValueName(preset, name), value)
      }
    },
  }
}

/** Variables that move a client's folder count in another home only when they point into it. */
function inside(env: SetupMachine['env'], home: string): Record<string, string> {
  const base = home.endsWith(path.sep) ? home : home + path.sep
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value !== undefined && value.startsWith(base) ? [[name, value]] : [])))
}
