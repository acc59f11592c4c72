/** Runs journeys (or the taking of screens) with Playwright inside a desktop of their own and counts them. Plain Node. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { runInDesktop } from './desktop.mjs'
import { neededSwitches } from './electron.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'

const TWELVE_MINUTES = 720_000

/** @param kind `specs` or `screens`; `args` go to Playwright (names of files, `-g TEXT`). Gives a check as lib/checks.mjs does. */
export async function journeys(electron, { kind = 'specs', args = [], name = 'journeys' } = {}) {
  const report = path.join(root, 'out/test/journeys.json')
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const env = {
    PORTICO_ELECTRON: electron.executable,
    PORTICO_SWITCHES: neededSwitches().map((each) => each.name).join(' ') || '-',
    PORTICO_NODE: toolNode(),
    PORTICO_JOURNEYS: kind,
    // The colours of a terminal are of no use in a log.
    FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
  }
  const done = await runInDesktop(toolNode(), [path.join(root, 'node_modules/@playwright/test/cli.js'), 'test', '-c', path.join(root, 'e2e/playwright.config.ts'), ...args], { cwd: root, env, timeoutMs: TWELVE_MINUTES })
  const problem = done.timedOut ? 'ended after twelve minutes' : ''
  return { name, ...count(report, done), ms: done.ms, output: problem }
}

function count(report, done) {
  try {
    const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
    const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length
    return { passed: stats.expected, failed: failed === 0 && (done.code !== 0 || stats.expected === 0) ? 1 : failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
