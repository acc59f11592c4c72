/** Polls the signed-in account's inbox, notifies each message once ever, and keeps read marks in step. Runs in main, window or not. */
import type { AuthState, InboxMessage, InboxState } from '../../src-shared/domain/account.ts'
import { AppError, toErrorData, type AppErrorData } from '../../src-shared/errors.ts'
import { accountKey } from '../api/account-key.ts'
import type { Connection, Inbox, System } from '../api/ports.ts'
import type { Clock, Log, Notifier, Timers } from '../platform/ports.ts'
import type { JsonStore } from '../storage/ports.ts'
import { boxOf, withBox, withoutMessages, type Box, type InboxFile } from './inbox-file.ts'
import { mergeReads, newsOf } from './news.ts'
import { nextPoll } from './schedule.ts'

export interface InboxDeps {
  connect(): Promise<{ system: System; connection: Connection }>
  store: JsonStore<InboxFile>
  notifier: Notifier
  /** False = the person turned notifications off; what comes meanwhile is not notified later either. */
  notify(): boolean
  /** A notification was clicked: show the inbox at this message. */
  onOpen(id: string): void
  clock: Clock
  timers: Timers
  /** 0 ≤ random < 1 */
  random(): number
  log: Log
}

export interface InboxService {
  state(): InboxState
  onChange(listener: (state: InboxState) => void): () => void
  follow(auth: AuthState): void
  /** Reads the list now; joins a poll under way. Failures are in the state's `problem`. */
  refresh(): Promise<void>
  /** Read at once here; told to the gateway now, or with a later poll when it is away. @throws AppError when the gateway refuses */
  markRead(id: string): Promise<void>
  close(): void
}

const EMPTY: InboxState = { messages: [], asOf: null, problem: null, opened: null }

export function createInbox(deps: InboxDeps): InboxService {
  const { store, clock, timers, log } = deps
  const listeners = new Set<(state: InboxState) => void>()
  let key: string | null = null
  let state: InboxState = EMPTY
  let life: AbortController | null = null
  let running: Promise<void> | null = null
  let failures = 0
  let unsentReads: readonly string[] = []
  /** Told to the gateway in this run; a list that was on its way meanwhile does not know it yet. */
  const sentReads = new Set<string>()
  let stopTimer: () => void = () => undefined
  let writes: Promise<unknown> = Promise.resolve()

  function change(patch: Partial<InboxState>): void {
    state = { ...state, ...patch }
    for (const listener of listeners) listener(state)
  }

  function stop(): void {
    life?.abort(new Error('inbox stopped'))
    life = null
    running = null
    stopTimer()
  }

  /** Changes one account's box on disk; changes wait for each other. @throws AppError `storage.*` */
  function keep(edit: (file: InboxFile) => InboxFile): Promise<void> {
    const write = writes.then(() => store.set(edit(store.get())))
    writes = write.catch(logged)
    return write
  }

  function logged(thrown: unknown): void {
    log.warn('inbox.keep-failed', { code: toErrorData(thrown).code })
  }

  const emptyBox = (account: string): Box => ({ account, messages: [], asOf: null, told: [], unsentReads: [] })

  function follow(auth: AuthState): void {
    const next = accountKey(auth)
    if (next !== key) {
      stop()
      key = next
      failures = 0
      const box = next === null ? null : boxOf(store.get(), next)
      unsentReads = box?.unsentReads ?? []
      sentReads.clear()
      change({ ...EMPTY, messages: mergeReads(box?.messages ?? [], unsentReads), asOf: box?.asOf ?? null })
      const leftovers = auth.kind === 'signed-out' && store.get().boxes.some((one) => one.messages.length > 0)
      if (leftovers) keep(withoutMessages).catch(logged)
    }
    const active = auth.kind === 'signed-in' && !auth.refused && auth.capabilities.includes('inbox')
    if (!active) {
      stop()
      if (auth.kind === 'signed-in' && auth.refused) change({ problem: new AppError('api.unauthorized').toData() })
    } else if (life === null) {
      life = new AbortController()
      void pollNow()
    } else if (state.problem?.code === 'api.unauthorized' && !running) {
      // Signed in with another token meanwhile.
      void pollNow()
    }
  }

  function pollNow(): Promise<void> {
    const mine = life
    const account = key
    if (mine === null || account === null) return Promise.resolve()
    stopTimer()
    running = (async () => {
      const problem = await pollOnce(account, mine.signal)
      if (mine.signal.aborted) return
      running = null
      failures = problem ? failures + 1 : 0
      change({ problem })
      const retryAfterMs = Number(problem?.fields['retryAfterMs'] ?? 0)
      stopTimer = timers.after(nextPoll({ failures, retryAfterMs, random: deps.random() }), () => void pollNow())
    })()
    return running
  }

  async function pollOnce(account: string, signal: AbortSignal): Promise<AppErrorData | null> {
    try {
      const { system, connection } = await deps.connect()
      if (!system.inbox) return null
      await sendReads(system.inbox, connection)
      const listed = await system.inbox.list(connection, signal)
      if (signal.aborted) return null
      const messages = mergeReads(listed, [...unsentReads, ...sentReads])
      const news = newsOf(messages, boxOf(store.get(), account))
      const asOf = clock.now()
      change({ messages, asOf })
      // On disk first: a message shown and then forgotten would be shown again.
      await keep((file) => withBox(file, { ...(boxOf(file, account) ?? emptyBox(account)), messages, asOf, told: news.told, unsentReads }))
      if (deps.notify()) for (const item of news.show) show(item)
      return null
    } catch (thrown) {
      return toErrorData(thrown)
    }
  }

  function show({ id, title, body }: { id: string; title: string; body: string }): void {
    deps.notifier.show({
      title,
      body,
      onClick: () => {
        change({ opened: { id, at: clock.now() } })
        deps.onOpen(id)
      },
    })
  }

  /** Read marks made while the gateway was away. One that it refuses for good is let go. */
  async function sendReads(inbox: Inbox, connection: Connection): Promise<void> {
    for (const id of unsentReads) {
      try {
        await inbox.markRead(connection, id)
      } catch (thrown) {
        if (toErrorData(thrown).retryable) throw thrown
        log.info('inbox.read-refused', { code: toErrorData(thrown).code })
      }
      unsentReads = unsentReads.filter((one) => one !== id)
    }
  }

  function setRead(id: string, read: boolean): void {
    const messages = state.messages.map((message): InboxMessage => (message.id === id ? { ...message, read } : message))
    change({ messages })
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow,
    refresh: () => running ?? pollNow(),
    async markRead(id) {
      const account = key
      const message = state.messages.find((one) => one.id === id)
      if (account === null || !message || message.read) return
      unsentReads = [...unsentReads, id]
      setRead(id, true)
      try {
        const { system, connection } = await deps.connect()
        await system.inbox?.markRead(connection, id)
        sentReads.add(id)
        unsentReads = unsentReads.filter((one) => one !== id)
      } catch (thrown) {
        if (!toErrorData(thrown).retryable) {
          unsentReads = unsentReads.filter((one) => one !== id)
          setRead(id, false)
          throw thrown
        }
      }
      if (key !== account) return
      await keep((file) => withBox(file, { ...(boxOf(file, account) ?? emptyBox(account)), messages: state.messages, asOf: state.asOf, unsentReads }))
    },
    close: stop,
  }
}
