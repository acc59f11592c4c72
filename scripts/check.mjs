/** `npm run check`: types, lint, file habits and unit tests, in under a minute. Arguments after `--` choose unit test files. */
import { close, habits, lint, say, typecheck, unitTests } from './lib/checks.mjs'
import { setup } from './setup.mjs'

const { electron } = await setup()
const checks = []
for (const run of [typecheck, lint, habits, () => unitTests(electron, process.argv.slice(2))]) {
  const check = await run()
  checks.push(check)
  say(check)
}
process.exitCode = close(checks)
