/** What no page may do in this app, whatever it holds: leave, open windows, embed, ask for permissions, download. */
import { app, session } from 'electron'
import { PAGE_ORIGIN } from '../page-files.ts'

/** Called once after ready, before the first window. `refused` is told what was tried. */
export function guardPages(refused: (what: string, url: string) => void): void {
  const { defaultSession } = session
  // Its dictionaries would be downloaded: languages first, because switching it off alone still looks one up.
  defaultSession.setSpellCheckerLanguages([])
  defaultSession.setSpellCheckerEnabled(false)
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) => {
    refused(`permission:${permission}`, details.requestingUrl)
    answer(false)
  })
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.on('will-download', (event, item) => {
    event.preventDefault()
    refused('download', item.getURL())
  })
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      refused('window', url)
      return { action: 'deny' }
    })
    contents.on('will-attach-webview', (event) => {
      event.preventDefault()
      refused('webview', '')
    })
    const stay = (event: { preventDefault(): void; url: string }): void => {
      if (event.url.startsWith(`${PAGE_ORIGIN}/`)) return
      event.preventDefault()
      refused('navigation', event.url)
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', stay)
  })
}
