/** Handlers of `upstreams.*`: where the gateway of this computer sends model calls. Only such a gateway has them. */
import { AppError } from '../../../src-shared/errors.ts'
import type { Connection, System, Upstreams } from '../../api/ports.ts'
import type { HandlersOf } from '../handler-types.ts'

export interface UpstreamsHandlerDeps {
  /** @throws AppError `auth.not-signed-in` */
  connect(): Promise<{ system: System; connection: Connection }>
  /** The list of models may be another one now. */
  modelsChanged(): void
}

/** @throws AppError `auth.unsupported` where the signed-in gateway has no upstreams to set. */
export function upstreamsHandlers({ connect, modelsChanged }: UpstreamsHandlerDeps): HandlersOf<'upstreams'> {
  const ask = async <T>(work: (upstreams: Upstreams, connection: Connection) => Promise<T>): Promise<T> => {
    const { system, connection } = await connect()
    if (system.upstreams === null) throw new AppError('auth.unsupported', { url: system.name })
    return work(system.upstreams, connection)
  }
  const change = async <T>(work: (upstreams: Upstreams, connection: Connection) => Promise<T>): Promise<T> => {
    const answer = await ask(work)
    modelsChanged()
    return answer
  }
  return {
    'upstreams.list': () => ask((upstreams, connection) => upstreams.list(connection)),
    'upstreams.add': ({ name, baseUrl, key }) => change((upstreams, connection) => upstreams.add(connection, { name, baseUrl, key: key ?? null })),
    'upstreams.remove': ({ id }) => change((upstreams, connection) => upstreams.remove(connection, id)),
    'upstreams.detect': () => ask((upstreams, connection) => upstreams.detect(connection)),
  }
}
