/** Keys of added upstreams, in the system's keychain; where there is none they live in memory for this run, never plain on disk. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Log } from '../machine.ts'
import type { Keychain } from './keychain.ts'

export interface UpstreamSecrets {
  /** Where a key that is set now is kept. Opens the keychain when nobody did yet. */
  kind(): Promise<'keychain' | 'memory'>
  /** @throws when a keychain that was there does not answer any more. */
  get(upstreamId: string): Promise<string | null>
  set(upstreamId: string, key: string): Promise<void>
  /** @throws as `get`. */
  delete(upstreamId: string): Promise<void>
}

export const KEYCHAIN_SERVICE = 'Portico gateway'
/** A keychain that does not answer a first question within this (ms) counts as none: calls must not wait for it. */
const PATIENCE_MS = 10_000

export interface UpstreamSecretsOptions {
  loadKeychain(): Promise<Keychain>
  /** Puts one gateway's keys apart from another's: see `profileOf`. */
  profile: string
  log: Log
  patience?: number
}

/** A short name for a data folder. */
export const profileOf = (dataFolder: string): string => createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 12)

/** Opens nothing until the first question: a gateway without added upstreams never touches the keychain. */
export function createUpstreamSecrets({ loadKeychain, profile, log, patience = PATIENCE_MS }: UpstreamSecretsOptions): UpstreamSecrets {
  const account = (id: string): string => `${profile}:upstream:${id}`
  const memory = new Map<string, string>()
  let opened: Promise<Keychain | null> | null = null
  /** The keychain refused to take a key (locked, and nobody unlocked it): the rest of the run lives in memory. */
  let hasRefused = false

  const open = (): Promise<Keychain | null> => {
    opened ??= loadKeychain()
      .then(async (keychain) => {
        await within(patience, keychain.getPassword(KEYCHAIN_SERVICE, `${profile}:probe`))
        return keychain
      })
      .catch((failure: unknown) => {
        log.warn('keychain.unavailable', { reason: words(failure) })
        return null
      })
    return opened
  }
  return {
    kind: async () => ((await open()) === null || hasRefused ? 'memory' : 'keychain'),
    get: async (id) => memory.get(id) ?? (await (await open())?.getPassword(KEYCHAIN_SERVICE, account(id))) ?? null,
    set: async (id, key) => {
      const keychain = hasRefused ? null : await open()
      try {
        await keychain?.setPassword(KEYCHAIN_SERVICE, account(id), key)
      } catch (failure) {
        log.warn('keychain.refused', { reason: words(failure) })
        hasRefused = true
      }
      if (keychain === null || hasRefused) memory.set(id, key)
      else memory.delete(id)
    },
    delete: async (id) => {
      memory.delete(id)
      await (await open())?.deletePassword(KEYCHAIN_SERVICE, account(id))
    },
  }
}

const words = (failure: unknown): string => (failure instanceof Error ? failure.message : 'unknown')

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
