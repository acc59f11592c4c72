/** The gateways Portico knows. Adding one is adding its file and a line here. */
import type { SystemInfo } from '../../../src-shared/domain/account.ts'
import { AppError } from '../../../src-shared/errors.ts'
import type { Clock, Timers } from '../../platform/ports.ts'
import type { Http } from '../http.ts'
import type { System } from '../ports.ts'
import type { ClientInfo } from '../routes/device-login.ts'
import { createCodegrex } from './codegrex.ts'
import { createCodexapiPro } from './codexapi-pro.ts'
import { createEmbedded } from './embedded.ts'

export interface SystemDeps {
  http: Http
  clock: Clock
  timers: Timers
  client: ClientInfo
}

/** In the order people choose from. */
export function createSystems(deps: SystemDeps): readonly System[] {
  return [createEmbedded(deps), createCodegrex(deps), createCodexapiPro(deps)]
}

/** @throws AppError `ipc.invalid-input` for an id that is no system. */
export function findSystem(systems: readonly System[], id: string): System {
  const system = systems.find((one) => one.id === id)
  if (!system) throw new AppError('ipc.invalid-input', { issue: `There is no gateway “${id.slice(0, 60)}”.` })
  return system
}

export function systemInfo({ id, name, baseUrl, capabilities }: System): SystemInfo {
  return { id, name, baseUrl, capabilities }
}
