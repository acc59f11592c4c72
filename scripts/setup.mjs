/** Makes a fresh clone ready: packages, the Electron runtime and, for journeys, the desktop's programs. Plain Node 20+; safe to run again. */
import path from 'node:path'
import { installDesktop } from './lib/debian.mjs'
import { getElectron } from './lib/get-electron.mjs'
import { installPackages } from './lib/packages.mjs'
import { root } from './lib/paths.mjs'

/**
 * @param {{desktop?: boolean, log?: (line: string) => void}} options `desktop` also prepares what the journeys need.
 * @returns what there is: `electron` as `findElectron` gives it, and the Debian packages still `missing`.
 */
export async function setup({ desktop = false, log = (line) => console.log(`setup: ${line}`) } = {}) {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20) throw new Error(`Node 20 or newer is needed to set up; this is ${process.versions.node}`)
  await installPackages(log)
  const electron = await getElectron(log)
  const missing = desktop ? await installDesktop(log) : []
  return { electron, missing }
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(root, 'scripts/setup.mjs')) {
  const started = Date.now()
  const { electron, missing } = await setup({ desktop: process.argv.includes('--desktop') })
  console.log(`setup: ready in ${((Date.now() - started) / 1000).toFixed(1)} s (Electron ${electron.version}${electron.fallback ? ', fallback runtime' : ''})`)
  if (missing.length > 0) process.exitCode = 1
}
