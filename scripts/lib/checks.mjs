/** The checks that need no window: types, lint, file habits, unit tests in Electron's Node. Each gives `{name, passed, failed, ms, output}`. Plain Node. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { asNode } from './electron.mjs'
import { fileHabits } from './file-habits.mjs'
import { toolNode } from './packages.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'

const bin = (name) => path.join(root, 'node_modules/.bin', name)
const TWO_MINUTES = 120_000
const EIGHT_MINUTES = 480_000

/** The tools must find the pinned Node first, not the machine's. */
export function toolEnv(env = process.env) {
  return { ...env, PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${env.PATH ?? ''}` }
}

async function yesNo(name, command, args) {
  const done = await run(command, args, { cwd: root, env: toolEnv(), capture: true, timeoutMs: TWO_MINUTES })
  const ok = done.code === 0 && !done.timedOut
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, ms: done.ms, output: ok ? '' : done.stdout + done.stderr }
}

const typecheck = () => yesNo('typecheck', toolNode(), [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', root])

const lint = () => yesNo('lint', bin('oxlint'), ['--type-aware', '--deny-warnings'])

/** Length and headers of source files (design: a file has one purpose and says so). */
async function habits() {
  const started = Date.now()
  const problems = fileHabits()
  return { name: 'file habits', passed: problems.length === 0 ? 1 : 0, failed: problems.length === 0 ? 0 : 1, ms: Date.now() - started, output: problems.join('\n') }
}

/** Unit tests on the runtime that ships. A file that cannot be loaded counts as a failure. */
async function unitTests(electron, filters = [], quick = false) {
  const report = path.join(root, 'out/test/unit.json')
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const args = [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]
  const done = await run(electron.executable, args, { cwd: root, env: asNode({ ...toolEnv(), ...(quick && filters.length === 0 ? { PORTICO_QUICK: '1' } : {}) }), capture: true, timeoutMs: EIGHT_MINUTES })
  return { name: 'unit tests', ...countUnit(report, done), ms: done.ms, output: done.code === 0 ? '' : `${done.stdout}${done.stderr}${done.timedOut ? '\nended after eight minutes: a test file never finished' : ''}` }
}

function countUnit(report, done) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length
    const failed = numFailedTests + unloaded
    // Vitest ends with an error for what happened outside a test too; that must not pass.
    return { passed: numPassedTests, failed: failed === 0 && (done.code !== 0 || numPassedTests === 0) ? 1 : failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

/** All checks that need no window, as they are done. `quick` leaves out the tests that need a minute. The unit tests wait a good deal, so the compiler and the linter run beside them. */
export async function* quickChecks(electron, filters = [], { quick = false } = {}) {
  const unit = unitTests(electron, filters, quick)
  // A failure to start is told when its turn comes.
  unit.catch(() => undefined)
  for (const check of [typecheck, lint, habits]) yield await check()
  yield await unit
}

/** Says one check's outcome, with its words when it failed. */
export function say(check, log = console.log) {
  const seconds = (check.ms / 1000).toFixed(1)
  if (check.failed > 0 && check.output) log(check.output.trimEnd())
  log(`${check.failed === 0 ? 'ok  ' : 'FAIL'} ${check.name}: ${check.passed} passed, ${check.failed} failed (${seconds} s)`)
}

/** The closing line, alone, and the exit code: red when anything failed or nothing ran. */
export function close(checks, log = console.log) {
  const passed = checks.reduce((sum, check) => sum + check.passed, 0)
  const failed = checks.reduce((sum, check) => sum + check.failed, 0)
  log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}
