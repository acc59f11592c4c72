/** `npm run journeys -- main-job`: only the journeys, or those named; arguments go to Playwright. */
import { ensureBuilt } from './build.mjs'
import { close, say } from './lib/checks.mjs'
import { journeys } from './lib/journeys.mjs'
import { setup } from './setup.mjs'

const { electron, missing } = await setup({ desktop: true })
if (missing.length > 0) {
  process.exitCode = 1
} else {
  await ensureBuilt()
  const check = await journeys(electron, { args: process.argv.slice(2) })
  say(check)
  process.exitCode = close([check])
}
