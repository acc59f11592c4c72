/** keytar, the system's keychain: the only file of the gateway that loads it, and only when asked. Its native module is resolved at run time. */

/** The part of keytar that is used. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

/** Rejects where its native part or the system's library is missing. */
export async function loadKeytar(): Promise<Keychain> {
  const module = await import('keytar')
  return module.default
}
