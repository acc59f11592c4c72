/**
 * Makes the services that a headless verb needs, each when it is first asked for. The window's compose() is not used whole: it polls the inbox and
 * closes turns that a dead process left open, which a short-lived program beside a running window must not do.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ApprovalMode } from '../agent/approvals.ts'
import { createChat, type Chat } from '../agent/chat.ts'
import { createHttp, type Http } from '../api/http.ts'
import type { System } from '../api/ports.ts'
import { createSystems } from '../api/systems/catalogue.ts'
import { createEmbedded } from '../api/systems/embedded.ts'
import { createWires } from '../api/wires/all.ts'
import type { Platform } from '../app/compose.ts'
import type { Paths } from '../app/paths.ts'
import { DEFAULT_SETTINGS_FILE, settingsFileSchema, type SettingsFile } from '../app/settings-file.ts'
import { authFileSchema, EMPTY_AUTH_FILE, type AuthFile } from '../auth/auth-file.ts'
import { createAuth, type Auth } from '../auth/device-login.ts'
import { createMcpHost, type McpHostDeps } from '../mcp/host.ts'
import type { McpHost, McpServerSpec } from '../mcp/ports.ts'
import { createPinStore, pinFileSchema, type PinStore } from '../mcp/pins.ts'
import { mcpServersSchema } from '../mcp/server-store.ts'
import { memoryStore } from '../platform/node/secret-store.ts'
import type { SecretStore } from '../platform/ports.ts'
import { HISTORY_MIGRATIONS } from '../history/schema.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openDatabase } from '../storage/database.ts'
import { openJsonStore, type JsonStoreOptions } from '../storage/json-store.ts'
import type { JsonStore } from '../storage/ports.ts'
import { UNDO_MIGRATIONS } from '../undo/schema.ts'
import { createUndo } from '../undo/service.ts'
import { diffFile } from '../workspace/file-diff.ts'
import { createWorkspaceTools } from '../workspace/tools.ts'
import { createLocalGateway, isOwnProcess, type LocalGateway } from './local-gateway.ts'

/** Another Portico gateway at an address, spoken to like the embedded one. */
export const PORTICO_AT = 'portico'

export type CliPlatform = Omit<Platform, 'notifier' | 'random'>

export interface CliServices {
  platform: CliPlatform
  paths: Paths
  http: Http
  systems: readonly System[]
  local: LocalGateway
  secrets(): Promise<SecretStore>
  /** Whether the data folder has a sign-in on file; asks no keychain. */
  hasSignIn(): Promise<boolean>
  /** The data folder's own sign-in, shared with the window. */
  auth(): Promise<Auth>
  /** A sign-in that leaves nothing behind: not in the keychain, not in the data folder. */
  passingAuth(): Auth
  settings(): Promise<SettingsFile>
  savedServers(): Promise<readonly McpServerSpec[]>
  /** What was seen of their tools, shared with the window. */
  savedPins(): Promise<PinStore>
  /** One host a run. `secrets` holds the values of the servers' variables. */
  mcp(secrets: SecretStore, cwd: string, person?: Pick<McpHostDeps, 'openPage' | 'metadataUrl' | 'elicit' | 'pins'>): McpHost
  chat(options: ChatOptions): Chat
  /** Ends everything that was made. */
  close(): Promise<void>
}

export interface ChatOptions {
  mcp: McpHost
  approvalMode: ApprovalMode
  connection: Parameters<typeof createChat>[0]['connection']
  beforeCall: Parameters<typeof createChat>[0]['beforeCall']
  publish: Parameters<typeof createChat>[0]['publish']
  spending: NonNullable<Parameters<typeof createChat>[0]['spending']>
  contextWindow: NonNullable<Parameters<typeof createChat>[0]['contextWindow']>
}

/** Longest silence of a model's stream (ms). */
const STREAM_IDLE_MS = 120_000

export function composeCli(platform: CliPlatform, paths: Paths): CliServices {
  const { clock, timers, ids, log } = platform
  const http = createHttp({ fetch: platform.fetch, clock, timers, ids, version: platform.version, log })
  const system = { http, clock, timers, client: { platform: platform.name, version: platform.version } }
  const { ticket: _onlyHere, ...deviceLogin } = createEmbedded(system).deviceLogin
  const systems: readonly System[] = [...createSystems(system), { ...createEmbedded(system), id: PORTICO_AT, name: 'Portico gateway', deviceLogin }]
  const local = createLocalGateway({ launcher: platform.gatewayLauncher, folder: paths.gatewayData, http, timers, pid: platform.ownPid, isAlive: isOwnProcess })
  const endings: (() => Promise<unknown>)[] = []

  const open = async <T>(store: Omit<JsonStoreOptions<T>, 'clock'>): Promise<JsonStore<T>> => (await openJsonStore({ ...store, clock })).store
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | null = null
    return () => (made ??= make())
  }

  const secrets = once(() => platform.openSecrets())
  const authStore = once(() => open({ path: paths.auth, schema: authFileSchema, defaults: EMPTY_AUTH_FILE }))
  const auth = once(async () => {
    const made = createAuth({ systems, secrets: await secrets(), store: await authStore(), clock, timers, links: platform.browser, log, embedded: () => local.access() })
    endings.push(() => made.close())
    return made
  })

  function passingAuth(): Auth {
    let kept: AuthFile = EMPTY_AUTH_FILE
    const store: JsonStore<AuthFile> = {
      get: () => kept,
      set: async (file) => {
        kept = file
      },
    }
    const made = createAuth({ systems, secrets: memoryStore(), store, clock, timers, links: platform.browser, log, embedded: () => local.access() })
    endings.push(() => made.close())
    return made
  }

  return {
    platform, paths, http, systems, local, secrets, auth, passingAuth,
    hasSignIn: async () => (await authStore()).get().session !== null,
    settings: async () => (await open({ path: paths.settings, schema: settingsFileSchema, defaults: DEFAULT_SETTINGS_FILE })).get(),
    savedPins: async () => createPinStore(await open({ path: paths.mcpPins, schema: pinFileSchema, defaults: {} })),
    savedServers: async () => (await open({ path: paths.mcpServers, schema: mcpServersSchema, defaults: [] })).get(),
    mcp(values, cwd, person = {}) {
      const host = createMcpHost({
        ...person,
        clock, timers, ids, log, secrets: values, processes: platform.processes, clientVersion: platform.version, cwd,
        env: platform.env, path: platform.shellPath, spillDir: paths.spill, pidDir: paths.running, ownPid: platform.ownPid, cores: platform.cores,
      })
      endings.push(() => host.close())
      return host
    },
    chat({ mcp, approvalMode, connection, beforeCall, publish, spending, contextWindow }) {
      const { database } = openDatabase({ path: paths.database, migrations: [...SESSION_MIGRATIONS, ...HISTORY_MIGRATIONS, ...UNDO_MIGRATIONS], clock })
      const wire = { open: (request: Parameters<Http['open']>[0]) => http.open(request), timers, idleMs: STREAM_IDLE_MS }
      const workspace = createWorkspaceTools({ runner: platform.commands, spillDir: paths.spill, own: [paths.dataFolder], clock })
      endings.push(() => workspace.close())
      const chat = createChat({
        database, undo: createUndo({ database, folder: paths.checkpoints, clock, log, diff: diffFile }), mcp, approvalMode, connection, beforeCall, publish, spending, contextWindow, clock, timers, ids, log, platform: platform.name,
        wires: createWires(wire),
        workspace,
        // The verb names the wire itself; and there is no window that could have missed an event.
        wireFor: () => null, currentSeq: () => 0, sessionsChanged: () => undefined,
      })
      endings.push(() => closeChat(chat, database))
      return chat
    },
    async close() {
      for (const ending of endings.toReversed()) await settle(ending)
      await settle(() => local.close())
    },
  }

  async function settle(ending: () => Promise<unknown>): Promise<void> {
    try {
      await ending()
    } catch (error) {
      log.error('close.failed', { error })
    }
  }
}

async function closeChat(chat: Chat, database: DatabaseSync): Promise<void> {
  await chat.close()
  if (database.isOpen) database.close()
}
