/** From the start of the process to the first paint, and what is begun after it. Loads nothing that the first paint does not need. */
import { toErrorData } from '../../src-shared/errors.ts'
import { createDispatch } from '../ipc/dispatch.ts'
import { registerIpc } from '../ipc/register.ts'
import { createTopicHub } from '../ipc/topic-hub.ts'
import { electronApplication } from '../platform/electron/application.ts'
import { guardPages } from '../platform/electron/guard.ts'
import { openIpcDoor } from '../platform/electron/ipc-door.ts'
import { utilityGatewayLauncher } from '../platform/electron/gateway-launcher.ts'
import { claimPageScheme, servePage } from '../platform/electron/page-scheme.ts'
import { applyTheme } from '../platform/electron/theme.ts'
import { createFileLog } from '../platform/node/file-log.ts'
import { systemClock, systemTimers } from '../platform/node/machine.ts'
import { openPageFiles } from '../platform/page-files.ts'
import type { Desktop } from './desktop.ts'
import { takeFirstLook } from './first-look.ts'
import { readReadyLine } from './gateway-ready-line.ts'
import { createGatewaySupervisor } from './gateway-supervisor.ts'
import { LAST_SCREEN_TOPICS, loadLastScreen } from './last-screen.ts'
import { createMainWindow } from './main-window.ts'
import { pathsOf } from './paths.ts'

/** After the page said that its first screen stands, so long (ms) the processors are left to that frame. */
const SETTLE = 30
/** A loaded page that has something to draw and says nothing for so long (ms) is not waited for. */
const UNTOLD = 1_500
/** A page that has not loaded by then (ms) must not keep the services from starting. */
const PATIENCE = 4_000
/** Closing everything takes at most this long (ms); then the app ends anyway. */
const FAREWELL = 3_000

export async function start(): Promise<void> {
  const application = electronApplication()
  if (!application.claimInstance()) return application.exit()
  claimPageScheme()
  const paths = pathsOf(application.rootFolder, application.dataFolder)
  const page = openPageFiles(paths.pageFolder)
  const { bounds, theme, gatewayPort } = takeFirstLook(paths.dataFolder)
  const log = createFileLog({ file: paths.log, clock: systemClock })
  process.on('uncaughtException', (error) => log.error('uncaught', { error }))
  process.on('unhandledRejection', (error) => log.error('unhandled', { error }))

  const hub = createTopicHub()
  const screen = loadLastScreen(paths, application.version)
  for (const topic of LAST_SCREEN_TOPICS) {
    const payload = screen[topic]
    if (payload !== undefined) hub.publish(topic, payload)
  }
  let markPainted = (): void => undefined
  const painted = new Promise<void>((resolve) => {
    markPainted = resolve
  })
  const gateway = createGatewaySupervisor({
    launcher: utilityGatewayLauncher(paths.gatewayScript), dataFolder: paths.gatewayData, preferredPort: gatewayPort, readReadyLine,
    clock: systemClock, timers: systemTimers, log,
  })
  const ready = painted.then(async () => {
    // Its process starts on another processor while this one loads the services.
    gateway.start()
    const { startDesktop } = await import('./desktop.ts')
    return startDesktop({ paths, version: application.version, log, hub, gateway, show, isSeen: () => window.isSeen(), quit: application.quit })
  })
  let desktop: Desktop | null = null
  let quitting = false

  const window = createMainWindow({
    hub, preload: paths.preload, icon: paths.icon, developerTools: !application.packaged, firstBounds: bounds,
    loaded: () => void systemTimers.after(screen['auth.state'] ? UNTOLD : SETTLE, markPainted),
    opened: () => desktop?.setVisible(true),
    visible: (visible) => desktop?.setVisible(visible),
    closed() {
      if (quitting) return
      if (desktop?.staysInTray()) desktop.leftInTray()
      else application.quit()
    },
    moved: (now) => desktop?.keepBounds(now),
    failed: (reason) => log.error('window.failed', { reason }),
  })
  function show(route?: string): void {
    if (route !== undefined) hub.publish('app.navigate', { route, at: systemClock.now() })
    window.show()
  }

  registerIpc({
    open: openIpcDoor, hub, window: window.withPage,
    ready: markPainted,
    dispatch: createDispatch({
      loadSchemas: async () => {
        await painted
        return (await import('../../src-shared/ipc/contract.ts')).commands
      },
      handlers: async () => (await ready).handlers,
      onUnexpected: (name, error) => log.error('command.failed', { name, error }),
    }),
  })
  application.stayWithoutWindow()
  application.onSecondStart(() => show())
  application.onActivate(() => show())
  application.beforeQuit({
    asked: () => {
      quitting = true
    },
    finish: async () => {
      const late = new Promise<void>((resolve) => void systemTimers.after(FAREWELL, resolve))
      await Promise.race([desktop?.close() ?? gateway.stop(), late])
      await Promise.race([log.flush(), late])
    },
  })

  await application.whenReady()
  applyTheme(theme)
  servePage(page)
  guardPages((what, url) => log.warn('page.refused', { what, url }))
  window.show()
  systemTimers.after(PATIENCE, markPainted)
  try {
    desktop = await ready
    log.info('app.started', { version: application.version })
  } catch (error) {
    // The window stays and says why; every command answers with this failure.
    log.error('app.not-started', { error })
    hub.publish('app.state', {
      version: application.version, platform: process.platform, gateway: { kind: 'stopped' }, keychain: { available: false, backend: 'unknown' },
      notices: [{ id: 'start', at: systemClock.now(), error: toErrorData(error) }],
    })
  }
}
