/** `npm start`: sets up, builds, and opens Portico's window. Arguments after `--` go to the app. */
import { ensureBuilt } from './build.mjs'
import { neededSwitches } from './lib/electron.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { setup } from './setup.mjs'

const NO_DISPLAY = `There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the window cannot open.
  With a virtual display:   xvfb-run -a npm start
  Without a window:         npm run -s portico -- gateway | login | whoami | wallet | pricing | mcp | chat   (--help tells more)`

async function main() {
  const { electron } = await setup()
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.error(NO_DISPLAY)
    return 1
  }
  await ensureBuilt()
  if (electron.fallback) console.log(`start: on the fallback runtime Electron ${electron.version} (the official download was not reachable)`)
  const switches = neededSwitches()
  for (const { name, why } of switches) console.log(`start: adding ${name} (${why})`)
  const env = { ...process.env }
  delete env.ELECTRON_RUN_AS_NODE
  const done = await run(electron.executable, [...switches.map((each) => each.name), root, ...process.argv.slice(2)], { cwd: process.cwd(), env, foreground: true, stdin: 'inherit' })
  return done.code
}

main().then(
  (code) => { process.exitCode = code },
  (error) => {
    console.error(`start: ${error.message}`)
    process.exitCode = 1
  },
)
