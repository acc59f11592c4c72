/** Topics up to the stores: the one place where what main publishes enters the page's state. Chat and tools connect by themselves when first opened. */
import type { TopicName } from '../../src-shared/ipc/names.ts'
import type { TopicMessage, TopicPayload } from '../../src-shared/ipc/topics.ts'
import { applyAccount, useAccountStore } from '../features/account/store.ts'
import { applyInbox, useInbox } from '../features/inbox/store.ts'
import { applyAuth, useOnboarding } from '../features/onboarding/store.ts'
import { useTools } from '../features/tools/store.ts'
import { applyApp, applySettings, useSettingsStore } from '../features/settings/store.ts'
import { parseRoute, type RoomId } from '../lib/route.ts'

export interface WireDeps {
  subscribe: <Name extends TopicName>(topic: Name, listener: (message: TopicMessage<Name>) => void) => () => void
  /** Epoch ms. */
  now: () => number
  go: (room: RoomId, item?: string | null) => void
}

/** A wish to go somewhere that is older than this when the page hears of it is not followed (ms): after a reload it is old news. */
const NAVIGATE_WITHIN = 15_000
/** Marks when the page first knows that the embedded gateway answers; `npm run bench` counts to it. */
const GATEWAY_READY = 'portico:gateway-ready'

/** Connects every topic of the shell. Called once, before the first drawing. */
export function connectTopics({ subscribe, now, go }: WireDeps): void {
  const isRecent = (at: number): boolean => now() - at < NAVIGATE_WITHIN

  /** Applies each payload in order; one that is older than what was seen is dropped. */
  function follow<Name extends TopicName>(topic: Name, apply: (payload: TopicPayload<Name>) => void): void {
    let seen = -1
    subscribe(topic, (message) => {
      if (message.seq < seen) return
      seen = message.seq
      apply(message.payload)
    })
  }

  /** Whose rooms were shown last; null = nobody's, or they signed out. */
  let shownFor: string | null = null
  follow('auth.state', (auth) => {
    const before = useOnboarding.getState().auth
    useOnboarding.setState((state) => applyAuth(state, auth))
    if (auth.kind === 'signed-out') shownFor = null
    if (auth.kind !== 'signed-in') return
    const account = `${auth.systemId} ${auth.account.id}`
    // Who only renews a sign-in in the middle of something goes on there.
    if (before !== null && before.kind !== 'signed-in' && account !== shownFor) go('home')
    shownFor = account
  })
  // A server may ask in whatever room the person is.
  follow('tools.questions', (questions) => useTools.setState({ questions }))
  follow('settings.state', (settings) => useSettingsStore.setState((state) => applySettings(state, settings)))
  follow('app.state', (app) => {
    if (app.gateway.kind === 'ready' && performance.getEntriesByName(GATEWAY_READY).length === 0) performance.mark(GATEWAY_READY)
    useSettingsStore.setState((state) => applyApp(state, app))
  })
  follow('account.state', (account) => useAccountStore.setState((state) => applyAccount(state, account)))
  follow('inbox.state', (inbox) => {
    const before = useInbox.getState().followedAt
    useInbox.setState((state) => applyInbox(state, inbox))
    const { followedAt } = useInbox.getState()
    if (followedAt > before && isRecent(followedAt)) go('inbox')
  })
  follow('app.navigate', (wish) => {
    const route = wish !== null && isRecent(wish.at) ? parseRoute(wish.route) : null
    if (route !== null) go(route.room, route.item)
  })
}
