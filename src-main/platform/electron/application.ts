/** Electron's `app`: identity, folders, instance lock, the moments of a run. Everything here is cheap enough for before the first paint. */
import { app, Menu } from 'electron'

/** Chromium services that would speak to somebody by themselves. */
const SILENCED = ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability', 'disable-sync', 'no-pings', 'no-first-run', 'disable-breakpad']
const SILENCED_FEATURES = 'OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater,SpareRendererForSitePerProcess,DnsOverHttps,AsyncDns'

export interface Application {
  readonly version: string
  readonly packaged: boolean
  /** Where this installation's own files are. */
  readonly rootFolder: string
  /** Where a person's data is (`--user-data-dir` wins). */
  readonly dataFolder: string
  /** False when another Portico on the same data folder runs: that one is told to show itself. */
  claimInstance(): boolean
  onSecondStart(listener: () => void): void
  whenReady(): Promise<void>
  /** The app goes on without a window. */
  stayWithoutWindow(): void
  /** macOS: the Dock icon was clicked. */
  onActivate(listener: () => void): void
  /** `asked` runs when the app is asked to end, before windows close; `finish` once after that, and the app ends when it settles. */
  beforeQuit(ending: { asked(): void; finish(): Promise<void> }): void
  quit(): void
  exit(): void
}

export function electronApplication(): Application {
  for (const name of SILENCED) app.commandLine.appendSwitch(name)
  app.commandLine.appendSwitch('disable-features', SILENCED_FEATURES)
  // Chromium would put a key of its own for cookies into the keychain (and ask to unlock it at every start). Portico has no cookies.
  if (process.platform === 'linux') app.commandLine.appendSwitch('password-store', 'basic')
  if (process.platform === 'darwin') app.commandLine.appendSwitch('use-mock-keychain')
  // Without an application menu there are no reload, zoom or developer keys either; macOS needs one for copy and paste.
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  const folder = app.commandLine.getSwitchValue('user-data-dir')
  if (folder !== '' && folder !== app.getPath('userData')) app.setPath('userData', folder)
  return {
    version: app.getVersion(),
    packaged: app.isPackaged,
    rootFolder: app.getAppPath(),
    dataFolder: app.getPath('userData'),
    claimInstance: () => app.requestSingleInstanceLock(),
    onSecondStart: (listener) => {
      app.on('second-instance', listener)
    },
    whenReady: () => app.whenReady(),
    stayWithoutWindow: () => {
      app.on('window-all-closed', () => undefined)
    },
    onActivate: (listener) => {
      app.on('activate', listener)
    },
    beforeQuit: ({ asked, finish }) => {
      app.on('before-quit', asked)
      quitAfter(finish)
    },
    quit: () => app.quit(),
    exit: () => app.exit(0),
  }
}

function quitAfter(finish: () => Promise<void>): void {
  let finishing = false
  app.on('will-quit', (event) => {
    if (finishing) return
    finishing = true
    event.preventDefault()
    // Either way the app ends: a failed goodbye must not keep it open.
    finish().then(() => app.exit(0), () => app.exit(0))
  })
}
