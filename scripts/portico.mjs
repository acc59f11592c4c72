/** `npm run -s portico -- VERB …`: runs the headless entry in Electron's Node, without a window or a display. Quiet: stdout is the verb's own. */
import path from 'node:path'
import { ensureBuilt } from './build.mjs'
import { asNode } from './lib/electron.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { setup } from './setup.mjs'

const SETUP_FAILED = 70

async function main() {
  const { electron } = await setup({ log: (line) => console.error(`setup: ${line}`) })
  await ensureBuilt({ quiet: true })
  // npm changes to the checkout's folder; a verb's relative paths mean where the person is.
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const done = await run(electron.executable, [path.join(root, 'out/main/cli.cjs'), ...process.argv.slice(2)], { cwd, env: asNode(), foreground: true, stdin: 'inherit' })
  return done.code
}

main().then(
  (code) => { process.exitCode = code },
  (error) => {
    console.error(`portico: ${error.message}`)
    process.exitCode = SETUP_FAILED
  },
)
