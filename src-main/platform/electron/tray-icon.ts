/** The tray icon with its menu and tooltip. Loaded after the first paint. */
import { Menu, Tray, nativeImage } from 'electron'

export interface TrayIcon {
  setTooltip(text: string): void
  /** Lines above the entries that only inform (balance, price), and the label of the inbox entry. */
  setMenu(lines: readonly string[], inboxLabel: string): void
  destroy(): void
}
export interface TrayActions {
  show(): void
  inbox(): void
  quit(): void
}

/** `image` is the file; on macOS one whose name ends in `Template` follows the bar's colour. Null when the system cannot show a tray. */
export function createTrayIcon(image: string, actions: TrayActions): TrayIcon | null {
  const picture = nativeImage.createFromPath(image)
  if (picture.isEmpty()) return null
  const tray = new Tray(picture)
  tray.on('click', () => actions.show())
  return {
    setTooltip: (text) => tray.setToolTip(text),
    setMenu(lines, inboxLabel) {
      tray.setContextMenu(Menu.buildFromTemplate([
        ...lines.map((label) => ({ label, enabled: false })),
        ...(lines.length > 0 ? [{ type: 'separator' as const }] : []),
        { label: 'Show Portico', click: () => actions.show() },
        { label: inboxLabel, click: () => actions.inbox() },
        { type: 'separator' },
        { label: 'Quit', click: () => actions.quit() },
      ]))
    },
    destroy: () => tray.destroy(),
  }
}
