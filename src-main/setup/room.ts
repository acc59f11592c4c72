/** The Setup page's state: what a look at the machine found, refreshed after each change and when a file with Portico's keys is written by something else. Tells of drift once. */
import { EMPTY_SETUP_STATE, NO_SETUP_PROGRESS, type ClientId, type ClientView, type SetupProgress, type SetupState } from '../../src-shared/domain/setup.ts'
import { toErrorData, describe } from '../../src-shared/errors.ts'
import type { Log, Notifier, Timers } from '../platform/ports.ts'
import type { SetupService } from './service.ts'

export interface SetupRoomDeps {
  setup: SetupService
  /** What the page shows beside the clients. */
  surroundings(): Promise<Pick<SetupState, 'presets' | 'shadows' | 'models' | 'gateway' | 'signedIn' | 'keychain'>>
  /** Calls back when a file is written, made or removed; the answer ends it. */
  watch(path: string, changed: () => void): () => void
  /** Runs an install command; lines as they come. Resolves when it ended. */
  install(command: readonly string[], line: (text: string) => void, signal: AbortSignal): Promise<{ exitCode: number | null }>
  /** The same on another machine. */
  installThere(host: string, client: ClientId, line: (text: string) => void, signal: AbortSignal): Promise<{ exitCode: number | null }>
  notifier: Notifier
  notify(): boolean
  openPage(): void
  clock: { now(): number }
  timers: Timers
  log: Log
}

export interface SetupRoom extends Pick<SetupService, 'plan' | 'verify' | 'backups'> {
  state(): SetupState
  progress(): SetupProgress
  onChange(listener: () => void): () => void
  onProgress(listener: (progress: SetupProgress) => void): () => void
  refresh(): Promise<void>
  apply(planId: string): ReturnType<SetupService['apply']>
  revert(clients: readonly ClientId[]): ReturnType<SetupService['revert']>
  restore(backupId: string): Promise<void>
  acceptDrift(client: ClientId): Promise<void>
  reapply(client: ClientId): ReturnType<SetupService['reapply']>
  /** Ends when the install ended; its end is told by the progress too. */
  install(client: ClientId): void
  installThere(host: string, client: ClientId): void
  stopWork(): void
  close(): void
}

/** A file is at rest after this (ms). */
const REST = 700
const MOST_LINES = 200

export function createSetupRoom(deps: SetupRoomDeps): SetupRoom {
  const { setup, timers, log } = deps
  const listeners = new Set<() => void>()
  const watchers = new Map<string, () => void>()
  const progressListeners = new Set<(progress: SetupProgress) => void>()
  let state: SetupState = EMPTY_SETUP_STATE
  let progress: SetupProgress = NO_SETUP_PROGRESS
  let told = new Set<string>()
  let waiting: (() => void) | null = null
  let looking: Promise<void> | null = null
  let working: AbortController | null = null
  let isClosed = false

  function change(next: SetupState): void {
    state = next
    for (const listener of listeners) listener()
  }
  function tell(next: SetupProgress): void {
    progress = next
    for (const listener of progressListeners) listener(next)
  }

  function refresh(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null
    })
    return looking
  }

  async function look(): Promise<void> {
    change({ ...state, looking: true })
    try {
      const [clients, around] = await Promise.all([setup.look(), deps.surroundings()])
      change({ ...around, clients, looking: false, lookedAt: deps.clock.now() })
      tellDrift(clients)
      watchFiles()
    } catch (thrown) {
      change({ ...state, looking: false })
      throw thrown
    }
  }

  /** One notification for what is new; what was told is told again only after it was put right. */
  function tellDrift(clients: readonly ClientView[]): void {
    const now = new Set(clients.flatMap(({ id, drift }) => drift.map((one) => `${id} ${one.path} ${one.key} ${one.now ?? ''}`)))
    const fresh = clients.filter(({ id, drift }) => drift.some((one) => !told.has(`${id} ${one.path} ${one.key} ${one.now ?? ''}`)))
    told = now
    if (fresh.length === 0 || !deps.notify()) return
    const [first] = fresh
    const keys = fresh.flatMap(({ drift }) => drift.map(({ key }) => key))
    deps.notifier.show({
      title: fresh.length === 1 && first ? `${first.name}’s setup was changed` : `The setup of ${fresh.length} clients was changed`,
      body: `Something else changed ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ` and ${keys.length - 3} more` : ''}. Reapply or accept it in Setup.`,
      onClick: deps.openPage,
    })
  }

  function watchFiles(): void {
    if (isClosed) return
    const wanted = new Set(setup.watched().map(({ path }) => path))
    for (const [path, stop] of watchers) {
      if (wanted.has(path)) continue
      stop()
      watchers.delete(path)
    }
    for (const path of wanted) if (!watchers.has(path)) watchers.set(path, deps.watch(path, changed))
  }

  function changed(): void {
    waiting?.()
    waiting = timers.after(REST, () => {
      waiting = null
      refresh().catch((error: unknown) => log.warn('setup.not-looked', { error }))
    })
  }

  /** One long piece of work at a time. */
  function begin(work: SetupProgress['work'], first: readonly string[], run: (line: (text: string) => void, signal: AbortSignal) => Promise<{ exitCode: number | null }>): void {
    if (working) return
    const mine = new AbortController()
    working = mine
    tell({ work, lines: first, end: null })
    const line = (text: string): void => tell({ ...progress, lines: [...progress.lines, text].slice(-MOST_LINES) })
    const end = (ok: boolean, words: string): void => tell({ ...progress, end: { ok, words } })
    run(line, mine.signal)
      .then(({ exitCode }) => end(exitCode === 0, exitCode === 0 ? 'Installed.' : mine.signal.aborted ? 'Stopped.' : `It ended with ${exitCode ?? 'a signal'}; the last lines say why.`))
      .catch((thrown: unknown) => {
        const { title, action } = describe(toErrorData(thrown))
        end(false, `${title} ${action}`)
      })
      .finally(() => {
        working = null
        void andLook(Promise.resolve())
      })
  }

  async function andLook<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      // The answer is what was asked for; a look that fails is in the log.
      await refresh().catch((error: unknown) => log.warn('setup.not-looked', { error }))
    }
  }

  return {
    state: () => state, progress: () => progress, refresh,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onProgress(listener) {
      progressListeners.add(listener)
      return () => progressListeners.delete(listener)
    },
    plan: (request) => setup.plan(request),
    apply: (planId) => andLook(setup.apply(planId)),
    verify: (clients, options) => setup.verify(clients, options),
    revert: (clients) => andLook(setup.revert(clients)),
    backups: (client) => setup.backups(client),
    restore: (backupId) => andLook(setup.restore(backupId)),
    acceptDrift: (client) => andLook(setup.acceptDrift(client)),
    reapply: (client) => andLook(setup.reapply(client)),
    install(client) {
      const command = state.clients.find(({ id }) => id === client)?.install
      if (command) begin({ kind: 'install', client }, [`$ ${command.join(' ')}`], (line, signal) => deps.install(command, line, signal))
    },
    installThere: (host, client) => begin({ kind: 'remote', host }, [`${host}:`], (line, signal) => deps.installThere(host, client, line, signal)),
    stopWork: () => working?.abort(),
    close() {
      isClosed = true
      working?.abort()
      waiting?.()
      for (const stop of watchers.values()) stop()
      watchers.clear()
    },
  }
}
