/** The check `real MCP servers`: ten published servers, installed once into .cache/real-servers, behind Portico's host. Plain Node. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { readStamp, writeStamp } from './stamps.mjs'

/** Tools change from release to release, so a newer server is a decision. */
const VERSIONS = {
  '@modelcontextprotocol/server-everything': '2026.8.31', '@modelcontextprotocol/server-filesystem': '2026.8.31', '@modelcontextprotocol/server-memory': '2026.8.31',
  '@modelcontextprotocol/server-sequential-thinking': '2026.8.31', '@modelcontextprotocol/server-github': '2025.4.8', '@playwright/mcp': '0.0.83', '@upstash/context7-mcp': '4.1.1',
  '@notionhq/notion-mcp-server': '2.5.2', '@eslint/mcp': '0.3.13', 'chrome-devtools-mcp': '1.11.0',
}
const folder = path.join(root, '.cache/real-servers')
const MINUTE = 60_000

async function install(log) {
  const isThere = () => JSON.stringify(readStamp('real-servers')?.versions) === JSON.stringify(VERSIONS) && existsSync(path.join(folder, 'node_modules'))
  if (isThere()) return
  await withLock('real-servers', async () => {
    if (isThere()) return
    log('installing ten MCP servers …')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'portico-real-servers', private: true, dependencies: VERSIONS }, null, 2)}\n`)
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const done = await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, capture: true, timeoutMs: 8 * MINUTE })
    if (done.code !== 0) throw new Error(`npm could not install the MCP servers:\n${done.stdout}${done.stderr}`)
    writeStamp('real-servers', { versions: VERSIONS })
  })
}

/** The folder in which the servers are installed. */
export async function installRealServers(log) {
  await install(log)
  return folder
}

/** Gives a check as lib/checks.mjs does. */
export async function realServers({ log = () => {} } = {}) {
  const started = Date.now()
  await install(log)
  const report = path.join(root, 'out/test/real-servers.json')
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const args = [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', path.join(root, 'e2e/servers/vitest.config.ts'), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const done = await run(toolNode(), args, { cwd: root, env: { ...process.env, PORTICO_REAL_SERVERS: folder }, capture: true, timeoutMs: 4 * MINUTE })
  const failure = done.timedOut ? '\nended after four minutes: a server never finished' : ''
  return { name: 'real MCP servers', ...count(report, done), ms: Date.now() - started, output: done.code === 0 ? '' : `${done.stdout}${done.stderr}${failure}` }
}

/** Tests that were left out because their server needs a network do not count. */
function count(report, done) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests === 0 && (done.code !== 0 || numPassedTests === 0) ? 1 : numFailedTests }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
