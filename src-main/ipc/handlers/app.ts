/** Handlers of `app.*`: clipboard, links, notices, the gateway's restart, quitting. */
import type { HandlersOf } from '../handler-types.ts'

export interface AppHandlerDeps {
  copyText(text: string): Promise<void>
  openLink(url: string): Promise<void>
  dismissNotice(id: string): void
  restartGateway(): Promise<void>
  quit(): void
}

export function appHandlers(deps: AppHandlerDeps): HandlersOf<'app'> {
  return {
    'app.copyText': async ({ text }) => {
      await deps.copyText(text)
      return null
    },
    'app.openLink': async ({ url }) => {
      await deps.openLink(url)
      return null
    },
    'app.dismissNotice': ({ id }) => {
      deps.dismissNotice(id)
      return null
    },
    'app.restartGateway': async () => {
      await deps.restartGateway()
      return null
    },
    'app.quit': () => {
      deps.quit()
      return null
    },
  }
}
