/** Handlers of `gateway.*`: looking after the gateway one runs oneself. Only such a gateway has them. */
import type { GatewayRoom } from '../../gateway/room.ts'
import type { HandlersOf } from '../handler-types.ts'

/** Every one throws `auth.unsupported` where the signed-in gateway cannot be looked after, but `gateway.refresh`, whose failures are in the state. */
export function gatewayHandlers(room: GatewayRoom): HandlersOf<'gateway'> {
  const done = async (work: Promise<unknown>): Promise<null> => {
    await work
    return null
  }
  return {
    'gateway.refresh': () => done(room.refresh()),
    'gateway.detect': () => room.detect(),
    'gateway.addUpstream': (upstream) => room.addUpstream(upstream),
    'gateway.changeUpstream': ({ id, ...change }) => done(room.changeUpstream(id, change)),
    'gateway.removeUpstream': ({ id }) => done(room.removeUpstream(id)),
    'gateway.testUpstream': ({ id, model }) => room.testUpstream(id, model ?? null),
    'gateway.saveRoutes': ({ routes }) => done(room.saveRoutes(routes)),
    'gateway.savePrices': (prices) => done(room.savePrices(prices)),
    'gateway.addKey': (key) => room.addKey(key),
    'gateway.changeKey': ({ id, ...key }) => done(room.changeKey(id, key)),
    'gateway.revokeKey': ({ id }) => done(room.revokeKey(id)),
    'gateway.addAccount': (account) => done(room.addAccount(account)),
    'gateway.changeAccount': ({ id, ...change }) => done(room.changeAccount(id, change)),
    'gateway.credit': ({ id, amountMicro }) => done(room.credit(id, amountMicro)),
  }
}
