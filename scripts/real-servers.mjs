/** `npm run real-servers`: ten published MCP servers behind Portico's host. Plain Node. */
import { close, say } from './lib/checks.mjs'
import { realServers } from './lib/real-servers.mjs'
import { setup } from './setup.mjs'

await setup()
const check = await realServers({ log: console.log })
say(check)
process.exitCode = close([check])
