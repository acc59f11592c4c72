/** What a person does in Setup, as calls to main; and its topics, as changes of its store. Runs in the window. */
import { describe } from '../../../src-shared/errors.ts'
import type { Backup, ClientChoices, ClientId, RevertedClient, TokenWay } from '../../../src-shared/domain/setup.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'
import { ask } from '../../bridge/ask.ts'
import { call, subscribe } from '../../bridge/portico.ts'
import { showToast } from '../../lib/toasts.ts'
import type { RemoteCalls } from './parts/RemoteDialog.tsx'
import { applySetup, choicesOf, choose, chooseToken, endPlanning, focusClient, plannedIds, setWork, startPlanning, tick, useSetup, type SetupStore } from './store.ts'

const set = (change: (state: SetupStore) => SetupStore): void => useSetup.setState(change)
/** A person who changes several things in a row is answered once (ms). */
const REST = 180
let connected = false
let waiting: ReturnType<typeof setTimeout> | null = null

/** Follows Setup from the first time it is opened, and looks at the machine anew each time. */
export function connectSetup(): void {
  if (!connected) {
    connected = true
    let [seen, seenProgress] = [-1, -1]
    subscribe('setup.state', ({ seq, payload }) => {
      if (seq < seen) return
      seen = seq
      const before = useSetup.getState().setup?.lookedAt ?? null
      set((state) => applySetup(state, payload))
      if (payload.lookedAt !== null && payload.lookedAt !== before) replan()
    })
    subscribe('setup.progress', ({ seq, payload }) => {
      if (seq < seenProgress) return
      seenProgress = seq
      set((state) => ({ ...state, progress: payload }))
    })
  }
  void ask('setup.refresh', {})
}

export function lookAgain(): void {
  void ask('setup.refresh', {})
}
export function tickClient(id: ClientId, isTicked: boolean): void {
  set((state) => tick(state, id, isTicked))
  replan()
}
export function focusOn(id: ClientId): void {
  const isPlanned = plannedIds(useSetup.getState()).includes(id)
  set((state) => focusClient(state, id))
  if (!isPlanned) replan()
}
export function change(id: ClientId, choices: Partial<ClientChoices>): void {
  set((state) => choose(state, id, choices))
  replan()
}
export function changeToken(token: TokenWay): void {
  set((state) => chooseToken(state, token))
  replan()
}

/** Asks for the plan of what is chosen now, once the person rests. */
export function replan(): void {
  set(startPlanning)
  if (waiting !== null) clearTimeout(waiting)
  waiting = setTimeout(() => {
    waiting = null
    void plan(useSetup.getState().planning.round)
  }, REST)
}

async function plan(round: number): Promise<void> {
  const state = useSetup.getState()
  const ids = plannedIds(state)
  if (ids.length === 0) return set((now) => ({ ...now, planning: { kind: 'none', round } }))
  const result = await call('setup.plan', { clients: ids.map((id) => ({ id, choices: copyOf(choicesOf(state, id)) })), token: state.token })
  set((now) => endPlanning(now, round, result.ok ? { ok: true, plan: result.value } : { ok: false, error: result.error }))
}

const copyOf = (choices: ClientChoices) => ({ ...choices, mcp: [...choices.mcp] })

/** Applies what is ticked (a plan of its own: the shown one may hold a client that is only looked at), then asks the clients themselves. */
export async function applyAndVerify(ids: readonly ClientId[]): Promise<void> {
  const state = useSetup.getState()
  set((now) => setWork(now, { kind: 'applying' }))
  const planned = await call('setup.plan', { clients: ids.map((id) => ({ id, choices: copyOf(choicesOf(state, id)) })), token: state.token })
  if (!planned.ok) return set((now) => setWork(now, { kind: 'failed', error: planned.error }))
  const applied = await call('setup.apply', { planId: planned.value.id })
  if (!applied.ok) return set((now) => setWork(now, { kind: 'failed', error: applied.error }))
  set((now) => setWork(now, { kind: 'verifying', report: applied.value }))
  await verify(applied.value.clients.filter(({ outcome }) => outcome === 'done' || outcome === 'unchanged').map(({ id }) => id), false)
  replan()
}

/** One real, billed turn by each client that was set up. */
export async function tryTurn(): Promise<void> {
  const { work } = useSetup.getState()
  if (work.kind !== 'done' || work.turning) return
  set((now) => setWork(now, { ...work, turning: true }))
  await verify(work.verified.filter(({ outcome }) => outcome !== 'later').map(({ id }) => id), true)
}

async function verify(clients: readonly ClientId[], turn: boolean): Promise<void> {
  const result = clients.length === 0 ? null : await call('setup.verify', { clients: [...clients], turn })
  set((now) => {
    const { work } = now
    if (work.kind !== 'verifying' && work.kind !== 'done') return now
    if (result !== null && !result.ok) return setWork(now, { kind: 'failed', error: result.error })
    return setWork(now, { kind: 'done', report: work.report, verified: result?.value ?? [], turning: false })
  })
}

export function closeResult(): void {
  set((state) => setWork(state, { kind: 'idle' }))
}

export async function revert(id: ClientId): Promise<Result<readonly RevertedClient[]>> {
  const result = await call('setup.revert', { clients: [id] })
  set((state) => setWork(state, { kind: 'idle' }))
  replan()
  return result
}
export async function reapply(id: ClientId): Promise<void> {
  const result = await ask('setup.reapply', { client: id })
  const error = result.ok ? result.value.clients.find((one) => one.error !== null)?.error : null
  if (error) {
    const words = describe(error)
    showToast({ tone: 'bad', title: words.title, detail: `${words.detail} ${words.action}` })
  } else if (result.ok) showToast({ tone: 'good', title: 'Written again.', detail: 'Portico’s keys are as they were.' })
}
export async function acceptDrift(id: ClientId): Promise<void> {
  await ask('setup.acceptDrift', { client: id })
}
export async function listBackups(id: ClientId | null): Promise<Result<readonly Backup[]>> {
  return await call('setup.backups', { client: id })
}
export async function restore(backupId: string): Promise<boolean> {
  const result = await ask('setup.restore', { backupId })
  replan()
  return result.ok
}
export async function savePresetValues(preset: string, values: Readonly<Record<string, string>>): Promise<Result<unknown>> {
  return await call('setup.savePresetValues', { preset, values })
}
export function install(client: ClientId): void {
  void ask('setup.install', { client })
}
export function stopInstall(): void {
  void ask('setup.stopWork', {})
}
export function copyText(text: string): void {
  void ask('app.copyText', { text })
}

/** The calls about another machine. Choices there are those of this machine's client. */
export const remoteCalls: RemoteCalls = {
  hosts: () => call('setup.hosts', {}),
  look: (host) => call('setup.remoteLook', { host }),
  plan: (host, gateway, clients) => {
    const state = useSetup.getState()
    return call('setup.remotePlan', { host, gateway, clients: clients.map((id) => ({ id, choices: copyOf(choicesOf(state, id)) })), token: state.token })
  },
  apply: (host, gateway, planId) => call('setup.remoteApply', { host, gateway, planId }),
  verify: (host, clients) => call('setup.remoteVerify', { host, clients: [...clients] }),
  revert: (host, clients) => call('setup.remoteRevert', { host, clients: [...clients] }),
  install: (host, client) => void ask('setup.remoteInstall', { host, client }),
}
