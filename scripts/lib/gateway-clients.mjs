/** The check `gateway clients`: real coding clients and official SDKs against the built gateway and scripted providers. Plain Node. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { getClients } from './clients.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'

const TWELVE_MINUTES = 720_000

/** Needs a build (scripts/build.mjs). `filters` choose files; gives a check as lib/checks.mjs does. */
export async function gatewayClients({ filters = [], log = () => {} } = {}) {
  const started = Date.now()
  const clients = await getClients(log)
  const report = path.join(root, 'out/test/gateway-clients.json')
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const args = [
    path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', path.join(root, 'e2e/gateway/vitest.config.ts'), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters,
  ]
  const env = { ...process.env, PORTICO_GATEWAY: path.join(root, 'out/gateway/gateway.cjs'), PORTICO_CLI: path.join(root, 'out/main/cli.cjs'), PORTICO_CODEX: clients.codex, PORTICO_CLAUDE: clients.claude }
  const done = await run(toolNode(), args, { cwd: root, env, capture: true, timeoutMs: TWELVE_MINUTES })
  const failure = done.timedOut ? '\nended after twelve minutes: a test file never finished' : ''
  return { name: 'gateway clients', ...count(report, done), ms: Date.now() - started, output: done.code === 0 ? '' : `${done.stdout}${done.stderr}${failure}` }
}

/** A file that could not be loaded, and an error outside of a test, count as failures too; a test that did not run is one. */
function count(report, done) {
  try {
    const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length
    const failed = numTotalTests - numPassedTests + unloaded
    return { passed: numPassedTests, failed: failed === 0 && (done.code !== 0 || numPassedTests === 0) ? 1 : failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
