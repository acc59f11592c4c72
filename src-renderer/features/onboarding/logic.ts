/** Decisions of signing in: which screen, which address, how much time is left. Pure. */
import type { AuthState, SystemInfo } from '../../../src-shared/domain/account.ts'

/** The embedded gateway is the system without an address of its own. */
export function isEmbedded(system: Pick<SystemInfo, 'baseUrl'>): boolean {
  return system.baseUrl === ''
}

/** What is chosen at first: the gateway that needs nothing, else the first. */
export function defaultChoice(systems: readonly SystemInfo[]): string | null {
  return (systems.find(isEmbedded) ?? systems[0])?.id ?? null
}

/** The system of the try that has just ended, if it is still offered: that is the one to try again. */
export function triedSystem(auth: AuthState | null, systems: readonly SystemInfo[]): string | null {
  const tried = auth !== null && 'systemId' in auth ? auth.systemId : null
  return systems.some((system) => system.id === tried) ? tried : null
}

/** What is wrong with an address a person typed, in words; null = nothing. Plain http is for this computer only. */
export function addressProblem(text: string): string | null {
  if (text.trim() === '') return 'Enter the gateway’s address.'
  const url = URL.parse(text.trim())
  if (url === null) return 'Enter a whole address, such as https://gateway.example.'
  if (url.username !== '' || url.password !== '') return 'Leave the name and password out of the address.'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isThisComputer(url.hostname))) return null
  return 'Use an https address; plain http works only on this computer.'
}

/** True for an address that only opens on this computer: a phone cannot use its QR code. */
export function opensOnlyHere(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && isThisComputer(url.hostname)
}
function isThisComputer(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** How much of the code's life is left, 0 to 1. */
export function shareLeft(startedAt: number, expiresAt: number, now: number): number {
  if (expiresAt <= startedAt) return 0
  return Math.min(1, Math.max(0, (expiresAt - now) / (expiresAt - startedAt)))
}

/** True where a try has ended and main still holds what was before it: an older sign-in, or the first step without the bad news. */
export function canGoBack(auth: AuthState): boolean {
  return auth.kind === 'denied' || auth.kind === 'expired' || auth.kind === 'failed'
}
