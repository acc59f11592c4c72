/** The one place where services are made and joined. Used by the window (desktop.ts); imports no Electron. */
import type { DatabaseSync } from 'node:sqlite'
import type { GatewayLiveBatch } from '../../src-shared/domain/gateway.ts'
import type { ChatEvent } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import { createAccount, type AccountService } from '../account/service.ts'
import { accountFileSchema, EMPTY_ACCOUNT_FILE } from '../account/account-file.ts'
import type { ApprovalMode } from '../agent/approvals.ts'
import { createChat, type Chat } from '../agent/chat.ts'
import { createHttp } from '../api/http.ts'
import type { System } from '../api/ports.ts'
import { createSystems } from '../api/systems/catalogue.ts'
import { createWires } from '../api/wires/all.ts'
import { authFileSchema, EMPTY_AUTH_FILE } from '../auth/auth-file.ts'
import { createAuth, type Auth } from '../auth/device-login.ts'
import { EMPTY_INBOX_FILE, inboxFileSchema } from '../inbox/inbox-file.ts'
import { createInbox, type InboxService } from '../inbox/service.ts'
import { createGatewayRoom, type GatewayRoom } from '../gateway/room.ts'
import { createMcpHost } from '../mcp/host.ts'
import type { McpHost } from '../mcp/ports.ts'
import { createPinStore, pinFileSchema } from '../mcp/pins.ts'
import { createQuestions, type Questions } from '../mcp/questions.ts'
import { createToolsService, type ToolsService } from '../mcp/registry.ts'
import { mcpServersSchema } from '../mcp/server-store.ts'
import type { GatewayLauncher } from '../platform/gateway-launcher.ts'
import type { Clock, CommandRunner, ExternalLinks, Fetch, Ids, Log, Notifier, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import { HISTORY_MIGRATIONS } from '../history/schema.ts'
import { createComposerOffers, type ComposerOffers } from './composer-offers.ts'
import { createBundles, type Bundles } from '../mcp/bundles/service.ts'
import { createFileIndex } from '../workspace/file-index.ts'
import { createHistory, type History } from '../history/service.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openDatabase, openMemoryDatabase } from '../storage/database.ts'
import { openJsonStore, type JsonStoreOptions } from '../storage/json-store.ts'
import type { Recovered } from '../storage/keep-aside.ts'
import { sweepSpill } from '../storage/spill.ts'
import { diffFile } from '../workspace/file-diff.ts'
import type { ProjectSays } from '../agent/tool-catalog.ts'
import { readProject, readSkill, trustedPart } from '../project/project.ts'
import { UNDO_MIGRATIONS } from '../undo/schema.ts'
import { createUndo, type Undo } from '../undo/service.ts'
import { createWorkspaceTools } from '../workspace/tools.ts'
import type { GatewaySupervisor } from './gateway-supervisor.ts'
import { checkLink } from './link-policy.ts'
import { createLinks } from './links.ts'
import { createLateSetup, type LateSetup } from './late-setup.ts'
import { createNotices, type Notices } from './notices.ts'
import type { Paths } from './paths.ts'
import { DEFAULT_SETTINGS_FILE, settingsFileSchema } from './settings-file.ts'
import { createSettings, type SettingsService } from './settings-service.ts'
import { checkToolbox } from './toolbox-rule.ts'

/** The machine, as adapters. */
export interface Platform {
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  fetch: Fetch
  /** Opens any address; the services get it behind the link policy. */
  browser: ExternalLinks
  notifier: Notifier
  openSecrets(): Promise<SecretStore>
  gatewayLauncher: GatewayLauncher
  processes: ProcessTable
  commands: CommandRunner
  shellPath(): Promise<string>
  /** 0 ≤ random < 1 */
  random(): number
  name: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  homeFolder: string
  cores: number
  ownPid: number
  version: string
}

/** What differs between the window and the headless entry. */
export interface ComposeOptions {
  /** Started already: the rest can wait for it. `close` of the services stops it. */
  gateway: GatewaySupervisor
  approvalMode: ApprovalMode
  publishChat(events: readonly ChatEvent[]): void
  chatSeq(): number
  publishLive(batch: GatewayLiveBatch): void
  sessionsChanged(): void
  /** A notification about this message was clicked. */
  openMessage(id: string): void
  /** A notification about a changed setup was clicked. */
  openSetup(): void
}

export interface Services {
  settings: SettingsService
  notices: Notices
  gateway: GatewaySupervisor
  secrets: SecretStore
  systems: readonly System[]
  auth: Auth
  account: AccountService
  inbox: InboxService
  gatewayRoom: GatewayRoom
  mcp: McpHost
  tools: ToolsService
  questions: Questions
  /** Opens a page that an MCP server wants the person to see. @throws AppError `link.refused` */
  openServerPage(page: string): Promise<void>
  chat: Chat
  history: History
  composer: ComposerOffers
  bundles: Bundles
  undo: Undo
  setup: LateSetup
  links: ExternalLinks
  /** Ends everything in good order; resolves within 3 s. */
  close(): Promise<void>
}

const migrations = [...SESSION_MIGRATIONS, ...HISTORY_MIGRATIONS, ...UNDO_MIGRATIONS]
/** Longest silence of a model's stream (ms). */
const STREAM_IDLE_MS = 120_000
const KEEP_RESULTS_MS = 7 * 24 * 3_600_000

/** Makes all services and starts what runs by itself. @throws AppError `storage.*` */
export async function composeServices(platform: Platform, paths: Paths, options: ComposeOptions): Promise<Services> {
  const { clock, timers, ids, log, random } = platform
  const { gateway } = options
  const notices = createNotices({ clock, ids })
  const noteDamage = (what: string, recovered: Recovered | null): void => {
    if (recovered) notices.add(new AppError('storage.corrupt', { what, kept: recovered.keptAt }))
  }
  const open = async <T>(what: string, store: Omit<JsonStoreOptions<T>, 'clock'>) => {
    const opened = await openJsonStore({ ...store, clock })
    noteDamage(what, opened.recovered)
    return opened.store
  }

  const openSessions = (): DatabaseSync => {
    try {
      const { database, recovered } = openDatabase({ path: paths.database, migrations, clock })
      noteDamage('The sessions database', recovered)
      return database
    } catch (error) {
      // A full disk must not keep a person from their wallet; the notice says that sessions cannot be kept.
      log.error('database.not-opened', { error })
      notices.add(error)
      return openMemoryDatabase({ migrations, clock })
    }
  }

  const settingsStore = await open('The settings file', { path: paths.settings, schema: settingsFileSchema, defaults: DEFAULT_SETTINGS_FILE })
  const settings = createSettings(settingsStore)

  const [secrets, authStore, accountStore, inboxStore, serverStore, pinStore] = await Promise.all([
    platform.openSecrets(),
    open('The sign-in file', { path: paths.auth, schema: authFileSchema, defaults: EMPTY_AUTH_FILE }),
    open('The account file', { path: paths.account, schema: accountFileSchema, defaults: EMPTY_ACCOUNT_FILE }),
    open('The inbox file', { path: paths.inbox, schema: inboxFileSchema, defaults: EMPTY_INBOX_FILE }),
    open('The list of MCP servers', { path: paths.mcpServers, schema: mcpServersSchema, defaults: [] }),
    open('The list of seen MCP tools', { path: paths.mcpPins, schema: pinFileSchema, defaults: {} }),
  ])
  const database = openSessions()

  const http = createHttp({ fetch: platform.fetch, clock, timers, ids, version: platform.version, log })
  const systems = createSystems({ http, clock, timers, client: { platform: platform.name, version: platform.version } })
  const links = createLinks({ browser: platform.browser, gateway: () => gateway.state(), auth: () => auth.state() })
  const auth: Auth = createAuth({ systems, secrets, store: authStore, clock, timers, links, log, embedded: () => gateway.access() })
  http.onAnswer((note) => auth.noteAnswer(note))
  const connect = (): ReturnType<Auth['connection']> => auth.connection()
  const account = createAccount({ connect, store: accountStore, clock, timers, random, log })
  const inbox = createInbox({
    connect, store: inboxStore, notifier: platform.notifier, notify: () => settings.get().notifications, onOpen: options.openMessage, clock, timers, random, log,
  })
  const gatewayRoom = createGatewayRoom({ connect, clock, timers, random, log, live: options.publishLive, accountChanged: () => account.nudge() })

  const questions = createQuestions(ids)
  /** The person allowed the server and asked for its page: its own port, or this computer, is as good as any. */
  const openServerPage = async (page: string): Promise<void> => platform.browser.open(checkLink(page, [new URL(page).origin]))
  const mcp = createMcpHost({
    pins: createPinStore(pinStore), openPage: openServerPage, elicit: (server) => questions.elicit(server),
    clock, timers, ids, log, secrets, processes: platform.processes, clientVersion: platform.version, cwd: platform.homeFolder, env: platform.env,
    path: platform.shellPath, spillDir: paths.spill, pidDir: paths.running, ownPid: platform.ownPid, cores: platform.cores,
  })
  const tools = createToolsService({ host: mcp, store: serverStore, secrets, ids, diff: diffFile, forgetRules: (id) => chat.forgetServer(id) })
  const bundles = createBundles({
    folder: paths.bundles, tools, specs: () => serverStore.get(), home: platform.homeFolder, platform: platform.name,
    hasCommand: async (command) => {
      const { findProgram } = await import('../platform/node/programs.ts')
      return findProgram(command, { path: await platform.shellPath(), platform: platform.name, env: platform.env }) !== null
    },
  })
  const workspace = createWorkspaceTools({ runner: platform.commands, spillDir: paths.spill, own: [paths.dataFolder], clock })
  const wire = { open: (request: Parameters<typeof http.open>[0]) => http.open(request), timers, idleMs: STREAM_IDLE_MS }
  const undo = createUndo({ database, folder: paths.checkpoints, clock, log, diff: diffFile })
  const projectSays = async (folder: string): Promise<ProjectSays> => {
    const { instructions, skills } = trustedPart(await readProject(folder, platform.homeFolder), settings.get().trustedFolders.includes(folder))
    return { instructions, skills, skill: async (name) => { const found = skills.find((one) => one.name === name); return found ? readSkill(found) : null } }
  }
  const chat = createChat({
    database, undo, project: projectSays,
    wires: createWires(wire),
    connection: async () => {
      const { system, connection } = await auth.connection()
      return { connection, usage: system.usage }
    },
    beforeCall: () => checkToolbox(account.state(), clock.now()),
    spending: (model) => {
      const { turnMicro, sessionMicro, dayMicro } = settings.get().budgets
      const { models, spentToday } = account.state()
      return { turnMicro, sessionMicro, dayMicro, spentTodayMicro: spentToday?.value ?? null, rate: models?.value.find((one) => one.id === model)?.rate ?? null }
    },
    contextWindow: (model) => account.state().models?.value.find((one) => one.id === model)?.contextWindow ?? null,
    random,
    wireFor: (model) => account.state().models?.value.find((one) => one.id === model)?.wires[0] ?? null,
    mcp, workspace, approvalMode: options.approvalMode, clock, timers, ids, log, platform: platform.name,
    publish: (events) => {
      options.publishChat(events)
      // A finished turn was billed: balance and spend changed.
      if (events.some((event) => event.type === 'item' && event.item.kind === 'turn-end')) account.nudge()
    },
    currentSeq: options.chatSeq, sessionsChanged: options.sessionsChanged,
  })

  const composer = createComposerOffers({ mcp, index: createFileIndex(clock), project: projectSays })
  const history = createHistory({
    database, clock, ids, home: platform.homeFolder, env: platform.env, platform: platform.name, added: options.sessionsChanged,
    modelFor: (wanted) => {
      const models = account.state().models?.value ?? []
      const model = models.find((one) => one.id === wanted) ?? models.find((one) => one.id === settings.get().defaultModel) ?? models[0]
      return model ? { model: model.id, wire: model.wires[0] ?? 'chat-completions' } : null
    },
  })

  const setup = createLateSetup({ paths, log, load: async () => {
    const { composeSetupRoom } = await import('./compose-setup-room.ts')
    return composeSetupRoom({ platform, paths, http, secrets, auth, notify: () => settings.get().notifications, openSetup: options.openSetup })
  } })

  try {
    chat.recover()
  } catch (error) {
    // On a full disk what can be read still opens.
    log.error('turns.not-recovered', { error })
    notices.add(error)
  }
  const stopFollowing = auth.onChange((state) => {
    account.follow(state)
    inbox.follow(state)
    gatewayRoom.follow(state)
  })
  account.follow(auth.state())
  inbox.follow(auth.state())
  gatewayRoom.follow(auth.state())
  auth.resume()
  await tools.load()
  undo.sweep().catch((error: unknown) => log.warn('undo.not-swept', { error }))
  sweepSpill(paths.spill, clock.now(), KEEP_RESULTS_MS).catch((error: unknown) => log.warn('results.not-swept', { error }))

  return {
    settings, notices, gateway, secrets, systems, auth, account, inbox, gatewayRoom, mcp, tools, questions, openServerPage, bundles, chat, composer, history, undo, setup, links,
    async close() {
      stopFollowing()
      account.close()
      inbox.close()
      gatewayRoom.close()
      const endings = await Promise.allSettled([chat.close().then(() => workspace.close()), auth.close(), mcp.close(), setup.close(), gateway.stop()])
      for (const ending of endings) if (ending.status === 'rejected') log.error('close.failed', { error: ending.reason })
      if (database.isOpen) database.close()
    },
  }
}
