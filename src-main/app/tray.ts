/** The tray icon, kept in step with the account and the inbox. */
import path from 'node:path'
import { createTrayIcon, type TrayActions } from '../platform/electron/tray-icon.ts'
import type { Clock } from '../platform/ports.ts'
import type { Services } from './compose.ts'
import { trayText } from './tray-text.ts'

/** Null when this system shows no tray. */
export function startTray(deps: { services: Services; resources: string; clock: Clock; actions: TrayActions }): { destroy(): void } | null {
  const { services, resources, clock, actions } = deps
  const { auth, account, inbox } = services
  const icon = createTrayIcon(path.join(resources, imageName(process.platform)), actions)
  if (icon === null) return null
  let shown = ''
  const update = (): void => {
    const text = trayText(auth.state(), account.state(), inbox.state(), clock.now())
    const key = JSON.stringify(text)
    if (key === shown) return
    shown = key
    icon.setTooltip(text.tooltip)
    icon.setMenu(text.lines, text.inboxLabel)
  }
  const stops = [auth.onChange(update), account.onChange(update), inbox.onChange(update)]
  update()
  return {
    destroy() {
      for (const stop of stops) stop()
      icon.destroy()
    },
  }
}

/** macOS tints a template image itself; Windows wants an .ico; a Linux panel may be light or dark, so there the mark stands on its own ground. */
function imageName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return path.join('tray', 'trayTemplate.png')
  return platform === 'win32' ? path.join('tray', 'tray.ico') : path.join('icons', 'app-32.png')
}
