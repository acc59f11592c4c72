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

export type Screen = 'choose' | 'starting' | 'code' | 'signed-in'
/** The screen for a state; `denied`, `expired` and `failed` are told on the first one, ready for another try. */
export function screenOf(auth: AuthState): Screen {
  switch (auth.kind) {
    case 'starting':
      return 'starting'
    case 'awaiting-user':
      return 'code'
    case 'signed-in':
      return 'signed-in'
    default:
      return 'choose'
  }
}
