/** `npm test`: everything, from a fresh clone: types, lint, file habits, unit tests, build, real clients of the gateway, the MCP conformance suite, real MCP servers, journeys. Ends with one line `N passed, N failed`. */
import { ensureBuilt } from './build.mjs'
import { close, quickChecks, say } from './lib/checks.mjs'
import { conformance } from './lib/conformance.mjs'
import { gatewayClients } from './lib/gateway-clients.mjs'
import { journeys } from './lib/journeys.mjs'
import { realServers } from './lib/real-servers.mjs'
import { setup } from './setup.mjs'

/** A part that could not run is a failure with a name, never silence. */
const didNotRun = (name, why) => ({ name, passed: 0, failed: 1, ms: 0, output: `${name} did not run: ${why}` })

async function main() {
  const checks = []
  const add = async (name, work) => {
    const check = await work().catch((error) => didNotRun(name, error.message))
    checks.push(check)
    say(check)
    return check.failed === 0
  }
  const { electron, missing } = await setup({ desktop: true })
  try {
    for await (const check of quickChecks(electron)) await add(check.name, async () => check)
  } catch (error) {
    await add('checks', async () => didNotRun('checks', error.message))
  }
  const built = await add('build', async () => {
    const started = Date.now()
    await ensureBuilt()
    return { name: 'build', passed: 1, failed: 0, ms: Date.now() - started, output: '' }
  })
  await add('gateway clients', async () => (built ? gatewayClients({ log: console.log }) : didNotRun('gateway clients', 'there is no build')))
  await add('mcp conformance', async () => (built ? conformance(electron) : didNotRun('mcp conformance', 'there is no build')))
  await add('real MCP servers', async () => realServers({ log: console.log }))
  await add('journeys', async () => {
    if (!built) return didNotRun('journeys', 'there is no build')
    if (process.platform !== 'linux') return didNotRun('journeys', 'their desktop needs Linux')
    if (missing.length > 0) return didNotRun('journeys', `missing ${missing.join(' ')}`)
    return journeys(electron)
  })
  return close(checks)
}

main().then(
  (code) => { process.exitCode = code },
  (error) => {
    console.error(`test: ${error.message}`)
    console.log('0 passed, 1 failed')
    process.exitCode = 1
  },
)
