/** Connects the services' states to the topics: the newest one at once, then every change. */
import type { AppState } from '../../src-shared/domain/settings.ts'
import type { TopicHub } from '../ipc/topic-hub.ts'
import type { Services } from './compose.ts'

export function publishStates(hub: TopicHub, services: Services, app: { version: string; platform: string }): void {
  const { auth, account, inbox, tools, settings, gateway, notices, secrets, chat } = services
  const publishApp = (): void => {
    const state: AppState = { ...app, gateway: gateway.state(), notices: notices.list(), keychain: { available: secrets.kind === 'keychain', backend: secrets.backend } }
    hub.publish('app.state', state)
  }
  gateway.onChange(publishApp)
  notices.onChange(publishApp)
  auth.onChange((state) => hub.publish('auth.state', state))
  account.onChange((state) => hub.publish('account.state', state))
  inbox.onChange((state) => hub.publish('inbox.state', state))
  tools.onChange((state) => hub.publish('tools.state', state))
  settings.onChange((state) => hub.publish('settings.state', state))
  publishApp()
  hub.publish('auth.state', auth.state())
  hub.publish('account.state', account.state())
  hub.publish('inbox.state', inbox.state())
  hub.publish('tools.state', tools.state())
  hub.publish('settings.state', settings.get())
  hub.publish('chat.sessions', chat.list())
}
