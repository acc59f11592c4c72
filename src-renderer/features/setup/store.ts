/** The Setup room's state: what main found, what a person ticked and chose, the plan for it, and how far applying is. State, pure changes, selectors. */
import { create } from 'zustand'
import {
  DEFAULT_CHOICES, type ApplyReport, type ClientChoices, type ClientId, type ClientView, type SetupPlan, type SetupProgress, type SetupState, type TokenWay, type VerifiedClient,
} from '../../../src-shared/domain/setup.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'

/** `round` tells an answer to what is chosen now from one to what was chosen before. */
export type Planning =
  | { kind: 'none'; round: number }
  | { kind: 'planning'; round: number; before: SetupPlan | null }
  | { kind: 'planned'; round: number; plan: SetupPlan }
  | { kind: 'failed'; round: number; error: AppErrorData }

export type Work =
  | { kind: 'idle' }
  | { kind: 'applying' }
  | { kind: 'verifying'; report: ApplyReport }
  | { kind: 'done'; report: ApplyReport; verified: readonly VerifiedClient[]; turning: boolean }
  | { kind: 'failed'; error: AppErrorData }

export interface SetupStore {
  /** null until main has told. */
  setup: SetupState | null
  progress: SetupProgress | null
  /** null until the first look is known: then the installed ones. */
  ticked: readonly ClientId[] | null
  focused: ClientId | null
  choices: Readonly<Partial<Record<ClientId, ClientChoices>>>
  token: TokenWay
  planning: Planning
  work: Work
}

export const initialSetup: SetupStore = { setup: null, progress: null, ticked: null, focused: null, choices: {}, token: 'helper', planning: { kind: 'none', round: 0 }, work: { kind: 'idle' } }

export function applySetup(state: SetupStore, setup: SetupState): SetupStore {
  if (setup.lookedAt === null || state.ticked !== null) return { ...state, setup }
  const installed = setup.clients.filter(({ presence, setUpAt }) => setUpAt !== null || presence.kind === 'installed' || presence.kind === 'running')
  const ticked = installed.filter(({ abilities }) => abilities.provider).map(({ id }) => id)
  const choices = Object.fromEntries(setup.clients.flatMap(({ id, choices: kept }) => (kept ? [[id, kept]] : [])))
  return { ...state, setup, ticked, choices, focused: ticked[0] ?? setup.clients[0]?.id ?? null }
}

export function tick(state: SetupStore, id: ClientId, isTicked: boolean): SetupStore {
  const ticked = (state.ticked ?? []).filter((one) => one !== id)
  return { ...state, ticked: isTicked ? [...ticked, id] : ticked, focused: id, work: { kind: 'idle' } }
}
export function focusClient(state: SetupStore, id: ClientId): SetupStore {
  return { ...state, focused: id }
}
export function choose(state: SetupStore, id: ClientId, change: Partial<ClientChoices>): SetupStore {
  return { ...state, choices: { ...state.choices, [id]: { ...choicesOf(state, id), ...change } }, work: { kind: 'idle' } }
}
export function chooseToken(state: SetupStore, token: TokenWay): SetupStore {
  return { ...state, token, work: { kind: 'idle' } }
}

/** A new round of planning; the plan before it stays in sight. */
export function startPlanning(state: SetupStore): SetupStore {
  const round = state.planning.round + 1
  return { ...state, planning: { kind: 'planning', round, before: shownPlan(state) } }
}
/** An answer to an older round is not what is chosen now. */
export function endPlanning(state: SetupStore, round: number, answer: { ok: true; plan: SetupPlan } | { ok: false; error: AppErrorData }): SetupStore {
  if (round !== state.planning.round) return state
  return { ...state, planning: answer.ok ? { kind: 'planned', round, plan: answer.plan } : { kind: 'failed', round, error: answer.error } }
}
export function setWork(state: SetupStore, work: Work): SetupStore {
  return { ...state, work }
}

export function choicesOf(state: SetupStore, id: ClientId): ClientChoices {
  return state.choices[id] ?? DEFAULT_CHOICES
}
export function shownPlan({ planning }: SetupStore): SetupPlan | null {
  return planning.kind === 'planned' ? planning.plan : planning.kind === 'planning' ? planning.before : null
}
export function focusedClient(state: SetupStore): ClientView | null {
  return state.setup?.clients.find(({ id }) => id === state.focused) ?? state.setup?.clients[0] ?? null
}
/** Clients to plan: the ticked ones, and the one that is looked at. */
export function plannedIds(state: SetupStore): readonly ClientId[] {
  const ticked = state.ticked ?? []
  const all = state.focused !== null && !ticked.includes(state.focused) ? [...ticked, state.focused] : ticked
  return (state.setup?.clients ?? []).map(({ id }) => id).filter((id) => all.includes(id))
}

export const useSetup = create<SetupStore>()(() => initialSetup)
