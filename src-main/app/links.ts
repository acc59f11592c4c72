/** Opens links in the person's browser, behind the link policy. */
import type { AuthState } from '../../src-shared/domain/account.ts'
import type { GatewayState } from '../../src-shared/domain/settings.ts'
import type { ExternalLinks } from '../platform/ports.ts'
import { checkLink } from './link-policy.ts'

export interface LinksDeps {
  browser: ExternalLinks
  gateway(): GatewayState
  auth(): AuthState
}

/** @returns links whose `open` throws AppError `link.refused` for what the policy does not let through. */
export function createLinks({ browser, gateway, auth }: LinksDeps): ExternalLinks {
  return { open: async (url) => browser.open(checkLink(url, ownOrigins(gateway(), auth()))) }
}

/** The gateway of this computer, and the one a person chose to sign in to. */
export function ownOrigins(gateway: GatewayState, auth: AuthState): string[] {
  const addresses = [gateway.kind === 'ready' ? gateway.url : null, auth.kind === 'awaiting-user' || auth.kind === 'signed-in' ? auth.baseUrl : null]
  return addresses.filter((address) => address !== null && URL.canParse(address)).map((address) => new URL(String(address)).origin)
}
