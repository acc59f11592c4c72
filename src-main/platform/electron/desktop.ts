/** Electron's small desktop services: clipboard, browser, folder dialog, notifications, network, sleep. Loaded after the first paint. */
import { BrowserWindow, Notification, clipboard, dialog, net, powerMonitor, shell } from 'electron'
import type { Fetch, Notifier } from '../ports.ts'

export async function copyText(text: string): Promise<void> {
  await clipboard.writeText(text)
}

/** Hands a checked address to the person's browser. Which addresses are let through is decided by the caller. */
export function openInBrowser(url: string): Promise<void> {
  return shell.openExternal(url)
}

/** The system's folder dialog; null when the person closed it. */
export async function pickFolder(startIn: string | null): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    title: 'Open a folder',
    properties: ['openDirectory', 'createDirectory'],
    ...(startIn === null ? {} : { defaultPath: startIn }),
  }
  const parent = BrowserWindow.getAllWindows()[0]
  const answer = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** The system's dialog for one file of a kind; null when the person closed it. */
export async function pickFile(name: string, extensions: string[]): Promise<string | null> {
  const parent = BrowserWindow.getAllWindows()[0]
  const options: Electron.OpenDialogOptions = { title: 'Open a file', properties: ['openFile'], filters: [{ name, extensions }] }
  const answer = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** The system's save dialog; null when the person closed it. It asks itself before it replaces a file. */
export async function pickSaveFile(name: string): Promise<string | null> {
  const parent = BrowserWindow.getAllWindows()[0]
  const options: Electron.SaveDialogOptions = { title: 'Save', defaultPath: name }
  const answer = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
  return answer.canceled || answer.filePath === '' ? null : answer.filePath
}

/** Native notifications. One that the system cannot show is told to `failed`. */
export function createNotifier(failed: (reason: string) => void): Notifier {
  // Held until they are gone: a collected notification loses its click.
  const shown = new Set<Notification>()
  return {
    show({ title, body, onClick }) {
      if (!Notification.isSupported()) return failed('this desktop has no notifications')
      const notification = new Notification({ title, body })
      let clicked = false
      const forget = (): void => {
        shown.delete(notification)
      }
      notification.on('click', () => {
        if (!clicked) onClick()
        clicked = true
        forget()
      })
      notification.on('close', forget)
      notification.on('failed', (_event, reason) => {
        forget()
        failed(reason)
      })
      shown.add(notification)
      notification.show()
    },
  }
}

/** Chromium's network: the system's proxy and certificates; no cookies, no cache of answers. */
export const networkFetch: Fetch = (input, init) => net.fetch(input, { ...init, credentials: 'omit', cache: 'no-store', bypassCustomProtocolHandlers: true })

/** Runs `resumed` when the computer wakes up or is unlocked. */
export function onWake(resumed: () => void): void {
  powerMonitor.on('resume', resumed)
  powerMonitor.on('unlock-screen', resumed)
}
