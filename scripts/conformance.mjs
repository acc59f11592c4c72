/** `npm run conformance [-- PART OF A SCENARIO'S NAME]`: the public MCP conformance suite against the built client. Plain Node. */
import { ensureBuilt } from './build.mjs'
import { close, say } from './lib/checks.mjs'
import { conformance } from './lib/conformance.mjs'
import { setup } from './setup.mjs'

const { electron } = await setup()
await ensureBuilt()
const check = await conformance(electron, { filters: process.argv.slice(2), log: console.log })
say(check)
process.exitCode = close([check])
