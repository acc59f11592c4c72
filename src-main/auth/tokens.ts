/** The signed-in token and the device code in the secret store: kept, read, ended at the gateway. Nothing here is ever logged or written to a file. */
import { toErrorData } from '../../src-shared/errors.ts'
import type { Connection, System } from '../api/ports.ts'
import { findSystem } from '../api/systems/catalogue.ts'
import type { Log, SecretStore } from '../platform/ports.ts'
import { DEVICE_CODE_NAME, tokenName } from './auth-file.ts'

/** A system at an address; the address is empty for the embedded gateway. */
export interface Place {
  systemId: string
  baseUrl: string
}

export interface Tokens {
  /** From memory, else from the secret store; null when it is in neither. */
  read(place: Place): Promise<string | null>
  /** From the secret store, whatever memory holds: another program of this person may have signed in or out. */
  reread(place: Place): Promise<string | null>
  keep(place: Place, token: string): Promise<void>
  /** Deletes it here. Gives what was there. */
  drop(place: Place): Promise<string | null>
  /** Ends a token at its gateway; a failure is logged, for nobody waits who could do better. */
  revoke(place: Place, token: string): Promise<void>
  /** True for the token that signed-in requests carry now. */
  isCurrent(token: string): boolean
  readDeviceCode(): Promise<string | null>
  keepDeviceCode(code: string): Promise<void>
  dropDeviceCode(): Promise<void>
}

export function createTokens(deps: {
  systems: readonly System[]
  secrets: SecretStore
  log: Log
  addressOf: (place: Place) => Promise<string>
}): Tokens {
  const { secrets, log } = deps
  let held: { name: string; value: string } | null = null

  async function reread(place: Place): Promise<string | null> {
    const name = tokenName(place)
    const value = await secrets.get(name)
    held = value === null ? null : { name, value }
    return value
  }

  return {
    read: async (place) => (held?.name === tokenName(place) ? held.value : reread(place)),
    reread,
    async keep(place, value) {
      await secrets.set(tokenName(place), value)
      held = { name: tokenName(place), value }
    },
    async drop(place) {
      const name = tokenName(place)
      const value = held?.name === name ? held.value : await secrets.get(name)
      if (held?.name === name) held = null
      await secrets.delete(name)
      return value
    },
    async revoke(place, token) {
      try {
        const connection: Connection = { baseUrl: await deps.addressOf(place), token }
        await findSystem(deps.systems, place.systemId).deviceLogin.revoke(connection)
      } catch (thrown) {
        log.warn('auth.revoke-failed', { systemId: place.systemId, code: toErrorData(thrown).code })
      }
    },
    isCurrent: (token) => held?.value === token,
    readDeviceCode: () => secrets.get(DEVICE_CODE_NAME),
    keepDeviceCode: (code) => secrets.set(DEVICE_CODE_NAME, code),
    dropDeviceCode: () => secrets.delete(DEVICE_CODE_NAME),
  }
}
