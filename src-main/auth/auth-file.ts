/** What sign-in keeps on disk (no secret among it) and under which names its secrets lie in the keychain. Pure. */
import { z } from 'zod'
import type { LoginState, PendingLogin, Session } from './machine.ts'

const session = z.object({
  systemId: z.string(),
  baseUrl: z.string(),
  account: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
  tokenStore: z.enum(['keychain', 'memory']),
})
const pending = z.object({
  systemId: z.string(),
  baseUrl: z.string(),
  userCode: z.string(),
  verificationUri: z.string(),
  verificationUriComplete: z.string().nullable(),
  startedAt: z.number(),
  expiresAt: z.number(),
  interval: z.number(),
  /** The token has come and lies in the keychain; only the account was still to be read. */
  approved: z.boolean(),
})

export const authFileSchema = z.object({ version: z.literal(1), session: session.nullable(), pending: pending.nullable() })
export interface AuthFile {
  version: 1
  session: Session | null
  pending: (PendingLogin & { approved: boolean }) | null
}
export const EMPTY_AUTH_FILE: AuthFile = { version: 1, session: null, pending: null }

/** One key per address; the embedded gateway's address changes, so it has a name of its own. */
export function tokenName(place: { baseUrl: string }): string {
  return `token ${place.baseUrl || 'embedded'}`
}
/** One login waits at a time. */
export const DEVICE_CODE_NAME = 'device-code'

/**
 * Where a start begins, before the keychain was asked. `memory`: without a keychain nothing of the last run is left.
 * What belongs to a system that is not in `systemIds` (any more) is left aside.
 */
export function restoredState(file: AuthFile, secrets: 'keychain' | 'memory', systemIds: readonly string[]): LoginState {
  const usable = (place: { systemId: string }): boolean => secrets === 'keychain' && systemIds.includes(place.systemId)
  const previous = file.session && file.session.tokenStore === 'keychain' && usable(file.session)
    ? { kind: 'signed-in' as const, session: file.session, refused: false }
    : null
  if (file.pending && usable(file.pending)) {
    const { approved, ...login } = file.pending
    const attempt = { attempt: 0, systemId: login.systemId, previous }
    return approved ? { kind: 'finishing', ...attempt, pending: login } : { kind: 'awaiting', ...attempt, pending: login, problem: null }
  }
  return previous ?? { kind: 'signed-out', reason: file.session ? 'signed-out' : 'never' }
}

/** The file for a state. Without a keychain in this run an older sign-in stays on record for the next one. */
export function fileFor(state: LoginState, before: AuthFile, secrets: 'keychain' | 'memory'): AuthFile {
  const waiting = state.kind === 'awaiting' || state.kind === 'finishing'
  const pendingLogin = waiting ? { ...state.pending, approved: state.kind === 'finishing' } : null
  return { version: 1, session: sessionFor(state, before, secrets), pending: pendingLogin }
}

function sessionFor(state: LoginState, before: AuthFile, secrets: 'keychain' | 'memory'): Session | null {
  if (state.kind === 'signed-in') return state.session
  if (state.kind !== 'signed-out') return state.previous?.session ?? null
  const unseen = secrets === 'memory' && before.session?.tokenStore === 'keychain' && state.reason !== 'cancelled'
  return unseen ? before.session : null
}
