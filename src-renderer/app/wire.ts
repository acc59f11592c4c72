/** Topics up to the stores: the one place where what main publishes enters the page's state. Chat and tools connect by themselves when first opened. */
import type { TopicName } from '../../src-shared/ipc/names.ts'
import type { TopicPayload } from '../../src-shared/ipc/topics.ts'
import { subscribe } from '../bridge/portico.ts'
import { applyAccount, useAccountStore } from '../features/account/store.ts'
import { applyInbox, useInbox } from '../features/inbox/store.ts'
import { applyAuth, useOnboarding } from '../features/onboarding/store.ts'
import { applyApp, applySettings, useSettingsStore } from '../features/settings/store.ts'
import { navigate, parseRoute } from '../lib/route.ts'

/** A wish to go somewhere that is older than this when the page starts is not followed (ms). */
const NAVIGATE_WITHIN = 15_000
/** Marks when the page first knows that the embedded gateway answers; `npm run bench` counts to it. */
const GATEWAY_READY = 'portico:gateway-ready'

/** Connects every topic of the shell. Called once, before the first drawing. */
export function connectTopics(): void {
  follow('auth.state', (auth) => {
    const before = useOnboarding.getState().auth
    useOnboarding.setState((state) => applyAuth(state, auth))
    if (auth.kind === 'signed-in' && before !== null && before.kind !== 'signed-in') navigate('home')
  })
  follow('account.state', (account) => useAccountStore.setState((state) => applyAccount(state, account)))
  follow('inbox.state', (inbox) => {
    const before = useInbox.getState().followedAt
    useInbox.setState((state) => applyInbox(state, inbox))
    if (useInbox.getState().followedAt > before && isRecent(useInbox.getState().followedAt)) navigate('inbox')
  })
  follow('settings.state', (settings) => useSettingsStore.setState((state) => applySettings(state, settings)))
  follow('app.state', (app) => {
    if (app.gateway.kind === 'ready' && performance.getEntriesByName(GATEWAY_READY).length === 0) performance.mark(GATEWAY_READY)
    useSettingsStore.setState((state) => applyApp(state, app))
  })
  follow('app.navigate', (wish) => {
    if (wish === null || !isRecent(wish.at)) return
    const route = parseRoute(wish.route)
    if (route !== null) navigate(route.room, route.item)
  })
}

/** Applies each payload in order; one that is older than what was seen is dropped. */
function follow<Name extends TopicName>(topic: Name, apply: (payload: TopicPayload<Name>) => void): void {
  let seen = -1
  subscribe(topic, (message) => {
    if (message.seq < seen) return
    seen = message.seq
    apply(message.payload)
  })
}

function isRecent(at: number): boolean {
  return Date.now() - at < NAVIGATE_WITHIN
}
