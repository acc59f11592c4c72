/** `npm run screens`: a PNG of every screen, light and dark, into out/screens/, taken from the real app. Arguments go to Playwright (`-g Home`). */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt } from './build.mjs'
import { say } from './lib/checks.mjs'
import { journeys } from './lib/journeys.mjs'
import { root } from './lib/paths.mjs'
import { setup } from './setup.mjs'

const { electron, missing } = await setup({ desktop: true })
if (missing.length > 0) {
  process.exitCode = 1
} else {
  await ensureBuilt()
  const folder = path.join(root, 'out/screens')
  const args = process.argv.slice(2)
  if (args.length === 0) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const check = await journeys(electron, { kind: 'screens', name: 'screens', args })
  say(check)
  console.log(`${readdirSync(folder).filter((name) => name.endsWith('.png')).length} pictures in out/screens/`)
  process.exitCode = check.failed === 0 && check.passed > 0 ? 0 : 1
}
