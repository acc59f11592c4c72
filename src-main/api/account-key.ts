/** One name for "this account at this gateway", by which services keep their files apart. Pure. */
import type { AuthState } from '../../src-shared/domain/account.ts'

/** Null unless signed in. The embedded gateway counts as one place whatever port it is on. */
export function accountKey(state: AuthState): string | null {
  if (state.kind !== 'signed-in') return null
  const place = state.capabilities.includes('gateway') ? 'embedded' : state.baseUrl
  return `${state.systemId} ${place} ${state.account.id}`
}
