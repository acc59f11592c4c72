/** Everything the window's app does after the first paint: services, handlers, tray, notifications, close-to-tray. A chunk of its own, so that it costs nothing before. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { Handlers, HandlersOf } from '../ipc/handler-types.ts'
import { accountHandlers } from '../ipc/handlers/account.ts'
import { appHandlers } from '../ipc/handlers/app.ts'
import { authHandlers } from '../ipc/handlers/auth.ts'
import { chatHandlers } from '../ipc/handlers/chat.ts'
import { doctorHandlers } from '../ipc/handlers/doctor.ts'
import { gatewayHandlers } from '../ipc/handlers/gateway.ts'
import { inboxHandlers } from '../ipc/handlers/inbox.ts'
import { settingsHandlers } from '../ipc/handlers/settings.ts'
import { setupHandlers } from '../ipc/handlers/setup.ts'
import { toolsHandlers } from '../ipc/handlers/tools.ts'
import type { TopicHub } from '../ipc/topic-hub.ts'
import { systemInfo } from '../api/systems/catalogue.ts'
import { copyText, onWake, pickFile, pickFolder, pickSaveFile } from '../platform/electron/desktop.ts'
import { applyTheme } from '../platform/electron/theme.ts'
import type { Log } from '../platform/ports.ts'
import type { WindowBounds } from '../platform/window-bounds.ts'
import { projectView, readProject } from '../project/project.ts'
import { writeFileAtomic } from '../storage/atomic-file.ts'
import { composeServices, type Services } from './compose.ts'
import { desktopPlatform } from './desktop-platform.ts'
import { keepGatewayNote } from './gateway-note.ts'
import type { GatewaySupervisor } from './gateway-supervisor.ts'
import { createLateWrite, type LateWrite } from './late-write.ts'
import { writeLastScreen } from './last-screen.ts'
import type { Paths } from './paths.ts'
import { publishStates } from './publish-states.ts'
import { startTray } from './tray.ts'
import { createWaitingNotices } from './waiting-notices.ts'

/** A window that was moved or sized is at rest after this (ms). */
const BOUNDS_REST = 500
/** So long (ms) after a state changed the last screen is kept. */
const SCREEN_REST = 1_000

export interface DesktopDeps {
  paths: Paths
  version: string
  log: Log
  hub: TopicHub
  gateway: GatewaySupervisor
  /** Shows the window (made anew when it was closed) and, when given, goes to a route in it. */
  show(route?: string): void
  /** Whether there is a window to see. */
  isSeen(): boolean
  quit(): void
}

export interface Desktop {
  handlers: Handlers
  services: Services
  /** Whether closing the window leaves Portico in the tray. */
  staysInTray(): boolean
  /** Readings are taken more rarely while nobody can see them. */
  setVisible(visible: boolean): void
  /** The window was closed and Portico goes on in the tray; the first time it says so. */
  leftInTray(): void
  keepBounds(bounds: WindowBounds): void
  close(): Promise<void>
}

/** @throws AppError `storage.*` when not even fresh files can be made. */
export async function startDesktop(deps: DesktopDeps): Promise<Desktop> {
  const { paths, version, log, hub, gateway, show } = deps
  const platform = desktopPlatform({ paths, version, log })
  let listSessions = (): void => undefined
  const services = await composeServices(platform, paths, {
    gateway,
    approvalMode: 'ask',
    publishChat: (events) => hub.publish('chat.event', events),
    chatSeq: () => hub.currentSeq('chat.event'),
    publishLive: (batch) => hub.publish('gateway.live', batch),
    sessionsChanged: () => listSessions(),
    openMessage: () => show('inbox'),
    openSetup: () => show('setup'),
  })
  const waiting = createWaitingNotices({
    notifier: platform.notifier, isSeen: deps.isSeen, enabled: () => services.settings.get().notifications, open: (id) => show(`chat/${encodeURIComponent(id)}`),
  })
  listSessions = () => {
    const sessions = services.chat.list()
    hub.publish('chat.sessions', sessions)
    waiting.update(sessions)
  }
  let askedBefore = 0
  services.questions.onChange((questions) => {
    const newest = questions.at(-1)
    if (newest !== undefined && questions.length > askedBefore && !deps.isSeen() && services.settings.get().notifications) {
      platform.notifier.show({ title: `${newest.serverName} asks you`, body: newest.message.slice(0, 200), onClick: () => show() })
    }
    askedBefore = questions.length
  })
  const lateWrite = (file: string, restMs: number): LateWrite =>
    createLateWrite({ write: (text) => writeFileAtomic(file, text, { mode: 0o600 }), restMs, timers: platform.timers, log })
  const window = lateWrite(paths.window, BOUNDS_REST)
  const lastScreen = lateWrite(paths.lastScreen, SCREEN_REST)
  publishStates(hub, services, { version, platform: process.platform }, (screen) => lastScreen.touch(() => writeLastScreen(screen(), version)))

  const note = keepGatewayNote({ gateway, folder: paths.gatewayData, ownPid: process.pid, log })

  const { settings, auth, account, inbox } = services
  applyTheme(settings.get().theme)
  settings.onChange(({ theme }) => applyTheme(theme))
  const catchUp = (): void => {
    auth.resume()
    account.nudge()
    inbox.refresh().catch((error: unknown) => log.warn('inbox.refresh', { error }))
    services.gatewayRoom.gatewayBack()
  }
  onWake(catchUp)
  let gatewayStarts = gateway.state().kind === 'ready' ? 1 : 0
  gateway.onChange(({ kind }) => {
    // The first start is waited for anyway; after a later one nobody should wait out the pause of a failed refresh.
    if (kind === 'ready' && ++gatewayStarts > 1) catchUp()
  })
  const tray = startTray({ services, resources: paths.resources, clock: platform.clock, actions: { show: () => show(), inbox: () => show('inbox'), quit: deps.quit } })


  return {
    handlers: makeHandlers(services, deps.quit, log),
    services,
    staysInTray: () => tray !== null && settings.get().closeToTray,
    setVisible: (visible) => account.setHidden(!visible),
    leftInTray() {
      account.setHidden(true)
      waiting.windowClosed()
      if (settings.get().closeToTrayTold) return
      platform.notifier.show({ title: 'Portico is still running', body: 'It stays in the tray. Quit it from the tray’s menu, or change this in Settings.', onClick: () => show('settings') })
      settings.update({ closeToTrayTold: true }).catch((error: unknown) => log.warn('settings.not-kept', { error }))
    },
    keepBounds: (bounds) => window.touch(() => JSON.stringify(bounds)),
    async close() {
      tray?.destroy()
      await Promise.all([lastScreen.flush(), window.flush(), services.close()])
      await note.forget()
    },
  }
}

function makeHandlers(services: Services, quit: () => void, log: Log): Handlers {
  const { auth, account, inbox, gatewayRoom, chat, history, undo, tools, questions, settings, gateway, notices, links, systems, setup } = services
  const app: HandlersOf<'app'> = appHandlers({
    copyText, openLink: (url) => links.open(url), dismissNotice: (id) => notices.dismiss(id), restartGateway: () => gateway.restart(), quit,
  })
  return {
    ...app,
    ...authHandlers({ auth, systems: systems.map(systemInfo), copyText }),
    ...accountHandlers(account),
    ...inboxHandlers(inbox),
    ...chatHandlers({
      chat, history, undo, composer: services.composer,
      project: async (folder) => projectView(await readProject(folder, homedir()), settings.get().trustedFolders.includes(folder)),
      trust: (folder, trusted) => {
        const others = settings.get().trustedFolders.filter((one) => one !== folder)
        return settings.update({ trustedFolders: trusted ? [...others, folder] : others })
      },
      saveText: async (name, text) => {
        const file = await pickSaveFile(name)
        if (file !== null) await writeFileAtomic(file, text)
        return file
      },
      pickFolder: async () => {
        const folder = await pickFolder(settings.get().lastFolder)
        // Only where the dialog opens next time: not worth failing for.
        if (folder !== null) settings.update({ lastFolder: folder }).catch((error: unknown) => log.warn('settings.not-kept', { error }))
        return folder
      },
    }),
    ...toolsHandlers(tools, questions, services.openServerPage, services.bundles, async () => {
      const file = await pickFile('MCP bundle', ['mcpb', 'dxt'])
      return file === null ? null : readFile(file)
    }),
    ...settingsHandlers(settings),
    ...gatewayHandlers(gatewayRoom),
    ...setupHandlers(async () => {
      const { room, remote, composed } = await setup.get()
      return { room, remote, savePresetValues: (preset, values) => composed.savePresetValues(preset, values) }
    }),
    ...doctorHandlers({ open: async () => (await setup.get()).doctor, copyText }),
  }
}
