/** The last stretch of a sign-in: token into the keychain, account read, the token it replaces ended. */
import { AppError, toErrorData } from '../../src-shared/errors.ts'
import type { Profile, System } from '../api/ports.ts'
import { findSystem } from '../api/systems/catalogue.ts'
import type { Timers } from '../platform/ports.ts'
import type { Place, Tokens } from './tokens.ts'

/** Waits between tries to read the account, in milliseconds. */
const PROFILE_WAITS: readonly number[] = [1_000, 2_000, 4_000, 8_000]

export interface FinishDeps {
  systems: readonly System[]
  tokens: Tokens
  timers: Timers
  addressOf: (place: Place) => Promise<string>
}

/**
 * Keeps the token and reads who it belongs to. When that fails, or `wanted` turns false (cancelled), the token is deleted and revoked.
 * Gives the account, or null when nobody wants it any more. @throws AppError `gateway.*`, `api.*`; `keychain.unavailable` and kin
 */
export async function finishLogin(deps: FinishDeps, place: Place, token: string, wanted: () => boolean): Promise<Profile | null> {
  const { tokens } = deps
  const found = await tokens.read(place)
  const replaced = found === token ? null : found
  let account: Profile | null = null
  try {
    // The keychain first: whatever happens next, the token is not lost and can be ended.
    await tokens.keep(place, token)
    account = await readProfile(deps, place, token, wanted)
  } catch (thrown) {
    await discard(tokens, place, token, replaced)
    throw thrown
  }
  if (account === null || !wanted()) {
    await discard(tokens, place, token, replaced)
    return null
  }
  if (replaced !== null) void tokens.revoke(place, replaced)
  return account
}

/** An older sign-in at the same address gets its token back. */
async function discard(tokens: Tokens, place: Place, token: string, replaced: string | null): Promise<void> {
  await Promise.allSettled([replaced === null ? tokens.drop(place) : tokens.keep(place, replaced), tokens.revoke(place, token)])
}

async function readProfile(deps: FinishDeps, place: Place, token: string, wanted: () => boolean): Promise<Profile | null> {
  for (const wait of [...PROFILE_WAITS, null]) {
    if (!wanted()) return null
    try {
      const baseUrl = await deps.addressOf(place)
      return await findSystem(deps.systems, place.systemId).account.profile({ baseUrl, token })
    } catch (thrown) {
      if (wait === null || !toErrorData(thrown).retryable) throw thrown
      await new Promise<void>((resolve) => void deps.timers.after(wait, resolve))
    }
  }
  throw new AppError('internal')
}
