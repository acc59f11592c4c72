/** `npm run check`: types, lint, file habits and all unit tests but the slow ones, in about two minutes. Arguments after `--` choose unit test files. */
import { close, quickChecks, say } from './lib/checks.mjs'
import { setup } from './setup.mjs'

const { electron } = await setup()
const checks = []
for await (const check of quickChecks(electron, process.argv.slice(2), { quick: true })) {
  checks.push(check)
  say(check)
}
process.exitCode = close(checks)
