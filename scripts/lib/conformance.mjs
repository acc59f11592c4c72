/** The check `mcp conformance`: the public MCP conformance suite drives the built client, over HTTP and through a stdio relay. Plain Node. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { readStamp, writeStamp } from './stamps.mjs'

/** Scenarios change from release to release, so a newer suite is a decision. */
const VERSIONS = { '@modelcontextprotocol/conformance': '0.1.16', 'mcp-remote': '0.15.1' }
const folder = path.join(root, '.cache/conformance')
const suite = path.join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')
const relay = path.join(folder, 'node_modules/mcp-remote/dist/proxy.js')

const CORE = ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry']
/** An extension that Portico does not have: signing in across apps of one company. */
const LEFT_OUT = ['auth/cross-app-access-complete-flow']
const MINUTE = 60_000

async function install(log) {
  const isThere = () => JSON.stringify(readStamp('conformance')?.versions) === JSON.stringify(VERSIONS) && existsSync(suite) && existsSync(relay)
  if (isThere()) return
  await withLock('conformance', async () => {
    if (isThere()) return
    log('installing the MCP conformance suite …')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'portico-conformance', private: true, dependencies: VERSIONS }, null, 2)}\n`)
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const done = await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, capture: true, timeoutMs: 5 * MINUTE })
    if (done.code !== 0) throw new Error(`npm could not install the conformance suite:\n${done.stdout}${done.stderr}`)
    writeStamp('conformance', { versions: VERSIONS })
  })
}

/** Every client scenario that the installed suite knows: a new one must not be missed. */
async function scenarios() {
  const listed = await run(toolNode(), [suite, 'list'], { cwd: folder, capture: true, timeoutMs: MINUTE })
  const clients = listed.stdout.split('Client scenarios')[1] ?? ''
  return [...clients.matchAll(/^\s+- (\S+)/gm)].map((match) => match[1]).filter((name) => !LEFT_OUT.includes(name))
}

/** Needs a build. `filters` are parts of scenario names. Gives a check as lib/checks.mjs does. */
export async function conformance(electron, { filters = [], log = () => {} } = {}) {
  const started = Date.now()
  await install(log)
  const wanted = (name) => filters.length === 0 || filters.some((filter) => name.includes(filter))
  const names = (await scenarios()).filter(wanted)
  const home = mkdtempSync(path.join(os.tmpdir(), 'portico-conformance-'))
  const results = []
  try {
    // One after the other: the suite measures times.
    for (const scenario of names) results.push(await one(electron, home, scenario, false))
    for (const scenario of CORE.filter(wanted)) results.push(await one(electron, home, scenario, true))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  for (const { name, checks, ms } of results) log(`${name}: ${checks} checks, ${(ms / 1000).toFixed(1)} s`)
  const failed = results.filter((result) => !result.ok)
  const output = failed.map(({ name, said }) => `${name}\n${said}`).join('\n')
  return { name: 'mcp conformance', passed: results.length - failed.length, failed: failed.length + (results.length === 0 ? 1 : 0), ms: Date.now() - started, output }
}

async function one(electron, home, scenario, throughRelay) {
  const name = `${scenario}${throughRelay ? ' through a stdio relay' : ''}`
  const out = path.join(home, name.replace(/\W+/g, '-'))
  const words = ['env', `HOME=${home}`, 'ELECTRON_RUN_AS_NODE=1', electron.executable, path.join(root, 'out/main/cli.cjs'), 'mcp', 'conformance', '--data', path.join(home, 'data')]
  if (throughRelay) words.push(`--relay "${toolNode()} ${relay} {url} --allow-http --transport http-only"`)
  const args = [suite, 'client', '--command', words.join(' '), '--scenario', scenario, '--timeout', '45000', '-o', out]
  const done = await run(toolNode(), args, { cwd: folder, capture: true, env: { ...process.env, HOME: home }, timeoutMs: MINUTE })
  // What it found out is written to stderr.
  const counted = /Passed: (\d+)\/(\d+)/.exec(`${done.stdout}${done.stderr}`)
  // A scenario without a single check has shown nothing.
  const ok = done.code === 0 && counted !== null && Number(counted[2]) > 0
  return { name, ok, ms: done.ms, checks: counted?.[0] ?? 'no result', said: ok ? '' : `${`${done.stdout}${done.stderr}`.slice(-4000)}${clientOutput(out)}` }
}

function clientOutput(out) {
  if (!existsSync(out)) return ''
  return readdirSync(out).flatMap((entry) => ['stdout.txt', 'stderr.txt'].map((file) => path.join(out, entry, file))).filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8').slice(-2000)).join('\n')
}
