/** Who is signed in, or how far signing in has come; and the form of the first step. State, pure changes, selectors. */
import { create } from 'zustand'
import type { AuthState, Capability, SystemInfo } from '../../../src-shared/domain/account.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'
import { defaultChoice, triedSystem } from './logic.ts'

export interface OnboardingState {
  /** null until main has told. */
  auth: AuthState | null
  systems: { kind: 'loading' } | { kind: 'ready'; list: readonly SystemInfo[] } | { kind: 'failed'; error: AppErrorData }
  chosenId: string | null
  /** What a person typed for each system's address; absent = its default. */
  addresses: Readonly<Record<string, string>>
  /** True from the approval until the account has been read: main calls both ends of signing in `starting`. */
  approved: boolean
  /** Why the newest try to start was refused at once. */
  refused: AppErrorData | null
}
export type SignedIn = Extract<AuthState, { kind: 'signed-in' }>

export const initialOnboarding: OnboardingState = { auth: null, systems: { kind: 'loading' }, chosenId: null, addresses: {}, approved: false, refused: null }

export function applyAuth(state: OnboardingState, auth: AuthState): OnboardingState {
  const approved = auth.kind === 'starting' && (state.approved || state.auth?.kind === 'awaiting-user')
  return { ...state, auth, approved, refused: auth.kind === 'starting' ? null : state.refused }
}
export function applySystems(state: OnboardingState, result: Result<readonly SystemInfo[]>): OnboardingState {
  if (!result.ok) return { ...state, systems: { kind: 'failed', error: result.error } }
  return { ...state, systems: { kind: 'ready', list: result.value }, chosenId: state.chosenId ?? triedSystem(state.auth, result.value) ?? defaultChoice(result.value) }
}
export function chooseSystem(state: OnboardingState, chosenId: string): OnboardingState {
  return { ...state, chosenId, refused: null }
}
export function setAddress(state: OnboardingState, systemId: string, address: string): OnboardingState {
  return { ...state, addresses: { ...state.addresses, [systemId]: address }, refused: null }
}

export const useOnboarding = create<OnboardingState>()(() => initialOnboarding)

/** The signed-in account, or null. */
export function useSignedIn(): SignedIn | null {
  return useOnboarding((state) => (state.auth?.kind === 'signed-in' ? state.auth : null))
}
/** True when the signed-in system has this capability. */
export function useHas(capability: Capability): boolean {
  return useOnboarding((state) => state.auth?.kind === 'signed-in' && state.auth.capabilities.includes(capability))
}
