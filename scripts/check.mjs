/** `npm run check`: types, lint, file habits and unit tests, in under a minute. Arguments after `--` choose unit test files. */
import { close, quickChecks, say } from './lib/checks.mjs'
import { setup } from './setup.mjs'

const { electron } = await setup()
const checks = []
for await (const check of quickChecks(electron, process.argv.slice(2))) {
  checks.push(check)
  say(check)
}
process.exitCode = close(checks)
