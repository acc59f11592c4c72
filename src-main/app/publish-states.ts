/** Connects the services' states to the topics: the newest one at once, then every change. */
import { EMPTY_SETUP_STATE, NO_SETUP_PROGRESS } from '../../src-shared/domain/setup.ts'
import type { AppState } from '../../src-shared/domain/settings.ts'
import type { TopicName } from '../../src-shared/ipc/names.ts'
import type { TopicPayload } from '../../src-shared/ipc/topics.ts'
import type { TopicHub } from '../ipc/topic-hub.ts'
import type { Services } from './compose.ts'
import type { LastScreen } from './last-screen.ts'

/** `changed` gets the states that the first screen is drawn from, as a function: they are only put together when somebody wants them. */
export function publishStates(
  hub: TopicHub, services: Services, app: { version: string; platform: string }, changed: (screen: () => LastScreen) => void,
): void {
  const { auth, account, inbox, gatewayRoom, tools, questions, settings, gateway, notices, secrets, chat, setup } = services
  const appState = (): AppState => ({
    ...app, gateway: gateway.state(), notices: notices.list(), keychain: { available: secrets.kind === 'keychain', backend: secrets.backend },
  })
  const screen = (): LastScreen => ({
    'auth.state': auth.state(), 'account.state': account.state(), 'inbox.state': inbox.state(), 'settings.state': settings.get(), 'app.state': appState(),
  })
  const publish = <Name extends TopicName>(topic: Name, payload: TopicPayload<Name>): void => {
    hub.publish(topic, payload)
    changed(screen)
  }
  gateway.onChange(() => publish('app.state', appState()))
  notices.onChange(() => publish('app.state', appState()))
  auth.onChange((state) => publish('auth.state', state))
  account.onChange((state) => publish('account.state', state))
  inbox.onChange((state) => publish('inbox.state', state))
  gatewayRoom.onChange((state) => hub.publish('gateway.state', state))
  hub.onDemand('gateway.live', (wanted) => gatewayRoom.watch(wanted))
  tools.onChange((state) => hub.publish('tools.state', state))
  questions.onChange((list) => hub.publish('tools.questions', list))
  settings.onChange((state) => publish('settings.state', state))
  publish('app.state', appState())
  publish('account.state', account.state())
  publish('inbox.state', inbox.state())
  publish('settings.state', settings.get())
  publish('auth.state', auth.state())
  hub.publish('tools.state', tools.state())
  hub.publish('tools.questions', questions.list())
  hub.publish('setup.state', EMPTY_SETUP_STATE)
  hub.publish('setup.progress', NO_SETUP_PROGRESS)
  hub.publish('doctor.state', { kind: 'never' })
  setup.onLoad(({ room, doctor }) => {
    room.onChange(() => hub.publish('setup.state', room.state()))
    room.onProgress((progress) => hub.publish('setup.progress', progress))
    doctor.onChange((state) => hub.publish('doctor.state', state))
  })
  hub.publish('gateway.state', gatewayRoom.state())
  hub.publish('chat.sessions', chat.list())
}
