/** Installs the npm packages when package.json or the lockfile changed, and finds the Node that the tools need. Plain Node. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { hash, readStamp, writeStamp } from './stamps.mjs'

const TEN_MINUTES = 600_000

function wanted() {
  return hash(readFileSync(path.join(root, 'package-lock.json')) + '\n' + readFileSync(path.join(root, 'package.json')))
}

/**
 * `npm ci` when what is installed is not what the lockfile names; npm's own record in node_modules tells that too,
 * so a checkout where somebody already ran `npm install` is not installed twice.
 */
export async function installPackages(log) {
  const target = wanted()
  if (readStamp('packages')?.hash === target && existsSync(path.join(root, 'node_modules/.package-lock.json'))) return
  if (installedMatchesLock()) {
    writeStamp('packages', { hash: target })
    return
  }
  log('installing packages (npm ci) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // The runtime is fetched by setup itself, which knows the fallback.
  const env = { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', NODE_ENV: 'development' }
  const npmRun = (verb) => run(npm, [verb, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, env, capture: true, timeoutMs: TEN_MINUTES })
  let done = await npmRun('ci')
  if (done.code !== 0 && done.stderr.includes('EUSAGE')) {
    log('package-lock.json does not fit package.json; using npm install instead')
    done = await npmRun('install')
  }
  if (done.code !== 0) throw new Error(`npm could not install the packages:\n${done.stdout}${done.stderr}`)
  writeStamp('packages', { hash: wanted() })
  log(`packages installed in ${(done.ms / 1000).toFixed(0)} s`)
}

function installedMatchesLock() {
  const record = path.join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const locked = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(([name, entry]) => {
    if (name === '') return true
    const there = installed[name]
    return there ? there.version === entry.version : entry.optional === true
  })
}

/** The Node that build and test tools run in: the one package.json pins, whatever the machine has. */
export function toolNode() {
  const pinned = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(pinned) ? pinned : process.execPath
}
