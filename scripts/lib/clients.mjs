/** Installs the pinned coding clients (Codex CLI, Claude Code) that the gateway journeys drive, from the npm registry into .cache/clients. Plain Node. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { readStamp, writeStamp } from './stamps.mjs'

/** Their command lines and formats change from release to release, so a newer one is a decision, not an accident. */
export const CLIENT_VERSIONS = { '@openai/codex': '0.169.0', '@anthropic-ai/claude-code': '2.1.330' }

const TEN_MINUTES = 600_000
const folder = path.join(root, '.cache/clients')
const claudeFolder = path.join(folder, 'node_modules/@anthropic-ai/claude-code')

/** How each client is started; both are programs of their own once installed. */
function commands() {
  return {
    // The wrapper only looks for the binary and passes signals on; it costs 50 ms, and a SIGINT then reaches two processes.
    codex: path.join(folder, 'node_modules', `@openai/codex-${process.platform}-${process.arch}`, 'vendor', codexTarget(), 'bin', process.platform === 'win32' ? 'codex.exe' : 'codex'),
    claude: path.join(claudeFolder, 'bin/claude.exe'),
  }
}

function codexTarget() {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  return { linux: `${machine}-unknown-linux-musl`, darwin: `${machine}-apple-darwin`, win32: `${machine}-pc-windows-msvc` }[process.platform] ?? process.platform
}

/**
 * Both clients, installed once and remembered by a stamp. About 350 MB the first time.
 * @returns absolute paths `{codex, claude}` of their programs. @throws when npm cannot install them or a program does not say its version.
 */
export async function getClients(log = () => {}) {
  const isThere = () => {
    const stamp = readStamp('clients')
    return JSON.stringify(stamp?.versions) === JSON.stringify(CLIENT_VERSIONS) && Object.values(commands()).every((file) => existsSync(file))
  }
  if (isThere()) return commands()
  await withLock('clients', async () => {
    if (isThere()) return
    log('installing the coding clients …')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'portico-test-clients', private: true, dependencies: CLIENT_VERSIONS }, null, 2)}\n`)
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    // Install scripts are off for everything here; the one that is needed is run by name below.
    const done = await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, capture: true, timeoutMs: TEN_MINUTES })
    if (done.code !== 0) throw new Error(`npm could not install the coding clients:\n${done.stdout}${done.stderr}`)
    const linked = await run(toolNode(), [path.join(claudeFolder, 'install.cjs')], { cwd: claudeFolder, capture: true, timeoutMs: TEN_MINUTES })
    if (linked.code !== 0) throw new Error(`Claude Code’s install step failed:\n${linked.stdout}${linked.stderr}`)
    await checkVersions()
    writeStamp('clients', { versions: CLIENT_VERSIONS })
    log(`coding clients installed in ${(done.ms / 1000).toFixed(0)} s`)
  })
  return commands()
}

/** A stub that npm left behind also exists as a file: only its own word counts. */
async function checkVersions() {
  for (const [name, wanted] of [['codex', CLIENT_VERSIONS['@openai/codex']], ['claude', CLIENT_VERSIONS['@anthropic-ai/claude-code']]]) {
    const said = await run(commands()[name], ['--version'], { cwd: folder, env: { ...process.env, HOME: folder, CODEX_HOME: folder }, capture: true, timeoutMs: 60_000 })
    if (!said.stdout.includes(wanted)) throw new Error(`${name} --version says “${said.stdout.trim() || said.stderr.trim()}”, not ${wanted}`)
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(root, 'scripts/lib/clients.mjs')) console.log(JSON.stringify(await getClients(console.log)))
