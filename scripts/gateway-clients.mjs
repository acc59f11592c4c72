/** `node scripts/gateway-clients.mjs [FILES]`: the gateway's journeys with real clients and SDKs alone. Plain Node. */
import { ensureBuilt } from './build.mjs'
import { close, say } from './lib/checks.mjs'
import { gatewayClients } from './lib/gateway-clients.mjs'
import { setup } from './setup.mjs'

await setup()
await ensureBuilt()
const check = await gatewayClients({ filters: process.argv.slice(2), log: console.log })
say(check)
process.exitCode = close([check])
