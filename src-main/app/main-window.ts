/** The one window over time: opened, shown, closed (and then gone from memory), opened again. Loaded before the first paint. */
import type { TopicHub } from '../ipc/topic-hub.ts'
import { openPageWindow, type PageWindow } from '../platform/electron/page-window.ts'
import type { WindowBounds } from '../platform/window-bounds.ts'

export interface MainWindow {
  /** Makes the window when there is none, else brings it to the front. */
  show(): void
  /** The open window whose page has this id; null for any other page. */
  withPage(pageId: number): PageWindow | null
  /** Whether it is open and not minimised or hidden. */
  isSeen(): boolean
}

export interface MainWindowDeps {
  hub: TopicHub
  preload: string
  icon: string | null
  developerTools: boolean
  firstBounds: WindowBounds | null
  loaded(): void
  /** The person closed it. */
  closed(): void
  opened(): void
  visible(visible: boolean): void
  moved(bounds: WindowBounds): void
  failed(reason: string): void
}

export function createMainWindow(deps: MainWindowDeps): MainWindow {
  let current: PageWindow | null = null
  let bounds = deps.firstBounds

  function open(): void {
    current = openPageWindow({
      bounds, preload: deps.preload, icon: deps.icon, developerTools: deps.developerTools,
      events: {
        loaded: deps.loaded,
        pageGone: deps.hub.drop,
        moved(now) {
          bounds = now
          deps.moved(now)
        },
        closed(pageId) {
          deps.hub.drop(pageId)
          current = null
          deps.closed()
        },
        visible: deps.visible,
        failed: deps.failed,
      },
    })
    deps.opened()
  }

  return {
    show() {
      if (current === null) open()
      else current.show()
    },
    withPage: (pageId) => (current?.id === pageId ? current : null),
    isSeen: () => current?.isSeen() ?? false,
  }
}
