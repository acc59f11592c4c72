/** Which gateway a verb asks, and as whom: PORTICO_TOKEN, the data folder's sign-in, or this computer's local account. */
import { AppError } from '../../src-shared/errors.ts'
import { isLoopback, normaliseBaseUrl } from '../api/base-url.ts'
import type { Connection, System } from '../api/ports.ts'
import { findSystem } from '../api/systems/catalogue.ts'
import { EMBEDDED } from '../api/systems/embedded.ts'
import { choiceOf, type Invocation } from './arguments.ts'
import { PORTICO_AT, type CliServices } from './compose-cli.ts'

export interface Asker {
  system: System
  connection: Connection
  /** Where the bearer comes from. */
  via: 'PORTICO_TOKEN' | 'sign-in' | 'local account'
}

/** The system at `--url`, or null without `--url`. @throws AppError `auth.bad-address`; UsageError */
export function systemAtUrl(invocation: Invocation, systems: readonly System[]): { system: System; baseUrl: string } | null {
  const typed = invocation.values['url']
  const named = choiceOf(invocation, 'system', ['codegrex', 'codexapi-pro', PORTICO_AT])
  if (typed === undefined) {
    if (named === null) return null
    const system = findSystem(systems, named)
    if (system.baseUrl === '') throw new AppError('auth.bad-address', { url: '' })
    return { system, baseUrl: system.baseUrl }
  }
  const baseUrl = normaliseBaseUrl(typed)
  return { system: named ? findSystem(systems, named) : guessSystem(baseUrl, systems), baseUrl }
}

/** A known address is its system; one on this computer is a Portico gateway; anything else speaks CodeGrex's documented routes. */
function guessSystem(baseUrl: string, systems: readonly System[]): System {
  const known = systems.find((system) => system.baseUrl === baseUrl)
  if (known) return known
  const { hostname } = new URL(baseUrl)
  if (hostname === 'codexapi.pro' || hostname.endsWith('.codexapi.pro')) return findSystem(systems, 'codexapi-pro')
  return findSystem(systems, isLoopback(hostname) ? PORTICO_AT : 'codegrex')
}

/** @throws AppError `auth.not-signed-in`, `auth.bad-address`, `gateway.*` */
export async function connect(invocation: Invocation, services: CliServices): Promise<Asker> {
  const target = systemAtUrl(invocation, services.systems)
  const token = services.platform.env['PORTICO_TOKEN']
  const embedded = findSystem(services.systems, EMBEDDED)
  if (token) {
    const place = target ?? { system: embedded, baseUrl: (await services.local.access()).url }
    return { system: place.system, connection: { baseUrl: place.baseUrl, token }, via: 'PORTICO_TOKEN' }
  }
  if (await services.hasSignIn()) {
    const auth = await services.auth()
    const state = auth.state()
    const asked = state.kind === 'signed-in' && (target === null || state.baseUrl === target.baseUrl)
    if (asked) return { ...(await auth.connection()), via: 'sign-in' }
  }
  if (target !== null) throw new AppError('auth.not-signed-in', { advice: `Run portico login --url ${target.baseUrl}, or set PORTICO_TOKEN.` })
  const { url, token: local } = await services.local.access()
  return { system: embedded, connection: { baseUrl: url, token: local }, via: 'local account' }
}
