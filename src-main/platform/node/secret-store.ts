/** Secrets in the system's keychain through keytar, loaded only here and only when needed. Without a keychain they live in memory, and it says so. */
import { AppError } from '../../../src-shared/errors.ts'
import type { Log, SecretStore } from '../ports.ts'

/** The part of keytar that is used. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

/** Everything Portico keeps is under this service name. */
export const KEYCHAIN_SERVICE = 'Portico'
/** A keychain that does not answer a first question within this (ms) counts as none: the app must not wait for it. */
const PATIENCE = 10_000

const BACKENDS: Readonly<Record<string, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
  linux: 'system keyring (Secret Service)',
}

export interface SecretStoreOptions {
  /** Loads keytar; rejects where its native part or the system's library is missing. */
  loadKeychain(): Promise<Keychain>
  /** Puts a data folder's secrets apart from another's. */
  profile: string
  platform: string
  timers: { after(ms: number, run: () => void): () => void }
  log: Log
}

/** Opens the keychain by asking it one question; falls back to memory when it has no answer. A keychain that cannot be read or cleared later is AppError `keychain.unavailable`. */
export async function openSecretStore(options: SecretStoreOptions): Promise<SecretStore> {
  const { loadKeychain, profile, platform, timers, log } = options
  try {
    const keychain = await loadKeychain()
    await within(PATIENCE, timers, keychain.getPassword(KEYCHAIN_SERVICE, `${profile}:probe`))
    return keychainStore(keychain, profile, BACKENDS[platform] ?? 'system keychain', log)
  } catch (error) {
    log.warn('keychain.unavailable', { reason: error })
    return memoryStore()
  }
}

/** Once the keychain refuses to take a secret (locked, and nobody unlocked it), the rest of the run lives in memory and `kind` says so. */
function keychainStore(keychain: Keychain, profile: string, backend: string, log: Log): SecretStore {
  const account = (name: string): string => `${profile}:${name}`
  const memory = memoryStore()
  let refused = false
  return {
    get kind() {
      return refused ? 'memory' : 'keychain'
    },
    get backend() {
      return refused ? 'memory only, the keychain is locked' : backend
    },
    get: async (name) => (await memory.get(name)) ?? (refused ? null : orUnavailable(keychain.getPassword(KEYCHAIN_SERVICE, account(name)))),
    set: async (name, value) => {
      if (!refused) {
        try {
          return await keychain.setPassword(KEYCHAIN_SERVICE, account(name), value)
        } catch (error) {
          log.warn('keychain.refused', { reason: error })
          refused = true
        }
      }
      await memory.set(name, value)
    },
    delete: async (name) => {
      await memory.delete(name)
      if (!refused) await orUnavailable(keychain.deletePassword(KEYCHAIN_SERVICE, account(name)))
    },
  }
}

/** A keychain that was there and refuses now (locked, stopped). */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new AppError('keychain.unavailable', {}, { cause })
  }
}

/** Secrets for this run only. */
export function memoryStore(): SecretStore {
  const values = new Map<string, string>()
  return {
    kind: 'memory',
    backend: 'memory only',
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => {
      values.set(name, value)
    },
    delete: async (name) => {
      values.delete(name)
    },
  }
}

/** keytar itself; its native module is resolved at run time. */
export async function loadKeytar(): Promise<Keychain> {
  const module = await import('keytar')
  return module.default
}

function within<T>(ms: number, timers: SecretStoreOptions['timers'], work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(ms, () => reject(new Error(`no answer within ${ms / 1000} s`)))
    work.then(resolve, reject).finally(cancel)
  })
}
