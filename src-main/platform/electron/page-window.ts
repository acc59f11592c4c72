/** The one window: sandboxed, isolated, showing the page. Closing it destroys it, which gives its memory back. */
import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron'
import type { TopicMessage } from '../../../src-shared/ipc/topics.ts'
import { CHANNEL } from '../../../src-shared/ipc/names.ts'
import { PAGE_URL } from '../page-files.ts'
import { fitBounds, type WindowBounds } from '../window-bounds.ts'

/** The page's own surface colours, so that nothing flashes before it is drawn. */
const SURFACE = { light: '#fafaf8', dark: '#131416' }
const SMALLEST = { width: 880, height: 560 }

export interface PageWindow {
  readonly id: number
  show(): void
  /** Not minimised and not hidden. */
  isSeen(): boolean
  send(message: TopicMessage): void
  close(): void
  bounds(): WindowBounds
}

export interface PageWindowEvents {
  /** The page and its scripts are loaded. */
  loaded(): void
  /** The page went away (reload, crash): its subscriptions are void. */
  pageGone(pageId: number): void
  /** The size or place changed and came to rest, or the window is about to close. */
  moved(bounds: WindowBounds): void
  closed(pageId: number): void
  /** It can be seen, or not (minimised, hidden). */
  visible(visible: boolean): void
  failed(reason: string): void
}

export interface PageWindowOptions {
  bounds: WindowBounds | null
  preload: string
  icon: string | null
  developerTools: boolean
  events: PageWindowEvents
}

/** Makes the window and starts loading the page. */
export function openPageWindow({ bounds, preload, icon, developerTools, events }: PageWindowOptions): PageWindow {
  const fitted = fitBounds(bounds, bounds === null ? [] : screen.getAllDisplays().map((display) => display.workArea), SMALLEST)
  const window = new BrowserWindow({
    ...fitted.place,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Portico',
    backgroundColor: nativeTheme.shouldUseDarkColors ? SURFACE.dark : SURFACE.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      devTools: developerTools,
    },
  })
  if (fitted.maximized) window.maximize()
  const page = window.webContents
  const boundsNow = (): WindowBounds => ({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  page.once('did-finish-load', () => {
    events.loaded()
    // Read and scaled only now: the first paint does not need it.
    if (icon !== null && !window.isDestroyed()) window.setIcon(icon)
  })
  page.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) events.pageGone(page.id)
  })
  page.on('did-fail-load', (_event, code, description, url) => events.failed(`${description} (${code}) ${url}`))
  reloadAfterCrash(page, events)
  window.on('resized', () => events.moved(boundsNow()))
  window.on('moved', () => events.moved(boundsNow()))
  window.on('minimize', () => events.visible(false))
  window.on('hide', () => events.visible(false))
  window.on('restore', () => events.visible(true))
  window.on('show', () => events.visible(true))
  window.on('close', () => events.moved(boundsNow()))
  const pageId = page.id
  window.on('closed', () => events.closed(pageId))
  void page.loadURL(PAGE_URL).catch((error: unknown) => events.failed(String(error)))
  return {
    id: pageId,
    show() {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    isSeen: () => !window.isDestroyed() && window.isVisible() && !window.isMinimized(),
    send(message) {
      if (!window.isDestroyed() && !page.isDestroyed()) page.send(CHANNEL.topic, message)
    },
    close: () => window.close(),
    bounds: boundsNow,
  }
}

/** A page that died is drawn again, but not more than three times: then something is wrong that a reload does not cure. */
function reloadAfterCrash(page: WebContents, events: PageWindowEvents): void {
  let left = 3
  page.on('render-process-gone', (_event, details) => {
    events.pageGone(page.id)
    if (details.reason === 'clean-exit') return
    events.failed(`the page's process ended: ${details.reason} (${details.exitCode})`)
    if (left === 0) return
    left -= 1
    // Not inside the event: Chromium is still taking the dead process apart.
    setImmediate(() => {
      if (!page.isDestroyed()) page.reload()
    })
  })
}
