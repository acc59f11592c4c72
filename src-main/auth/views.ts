/** The login machine's state as the window sees it. Pure. */
import type { AuthState } from '../../src-shared/domain/account.ts'
import { assertNever } from '../../src-shared/errors.ts'
import { findSystem } from '../api/systems/catalogue.ts'
import type { System } from '../api/ports.ts'
import type { LoginState } from './machine.ts'
import { onEmbedded } from './pending-login.ts'

/** `embeddedUrl`: the embedded gateway's address as far as it is known. */
export function viewOf(state: LoginState, systems: readonly System[], embeddedUrl: string): AuthState {
  switch (state.kind) {
    case 'signed-out':
      return { kind: 'signed-out', reason: state.reason }
    // The person has approved; what is left is ours and takes a moment.
    case 'starting': case 'finishing':
      return { kind: 'starting', systemId: state.systemId }
    case 'awaiting': {
      const local = state.pending.baseUrl === '' && embeddedUrl !== ''
      const { systemId, baseUrl, userCode, verificationUri, startedAt, expiresAt, interval } = local ? onEmbedded(state.pending, embeddedUrl) : state.pending
      const systemName = findSystem(systems, systemId).name
      return {
        kind: 'awaiting-user', systemId, systemName, baseUrl: baseUrl || embeddedUrl, userCode, verificationUri, startedAt, expiresAt, interval,
        problem: state.problem,
      }
    }
    case 'denied': case 'expired':
      return { kind: state.kind, systemId: state.systemId }
    case 'failed':
      return { kind: 'failed', systemId: state.systemId, error: state.error }
    case 'signed-in': {
      const { systemId, baseUrl, account, tokenStore } = state.session
      const { name, capabilities } = findSystem(systems, systemId)
      return {
        kind: 'signed-in', systemId, systemName: name, baseUrl: baseUrl || embeddedUrl, capabilities, account, tokenStore, refused: state.refused,
      }
    }
    default:
      return assertNever(state)
  }
}
