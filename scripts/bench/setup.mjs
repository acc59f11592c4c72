/** The suite `setup`: plan and apply against their limits, and the token helper beside a bare shell in the same run. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { bundle } from './core.mjs'
import { median, quantile, row } from './stats.mjs'

const ROUNDS = 15
const HELPS = 100

export async function benchSetup({ log }) {
  await bundle('scripts/bench/setup.ts', 'setup')
  await bundle('scripts/bench/helper.ts', 'helper')
  const { largeConfig, measureApply } = await import(path.join(root, 'out/bench/setup.mjs'))
  const config = largeConfig()
  const three = []
  const large = []
  for (let round = 0; round < ROUNDS; round++) {
    three.push(await measureApply(['codex', 'claude-code', 'claude-desktop'], null))
    large.push(await measureApply(['codex'], config))
  }
  log(`setup: the first round took ${three[0].toFixed(0)} and ${large[0].toFixed(0)} ms`)
  const helper = await measureHelper()
  log(`helper: p50 ${median(helper.times).toFixed(1)} ms, a bare shell ${median(helper.shell).toFixed(1)} ms`)
  return [
    row('setup: plan + apply, three clients', Math.max(three[0], median(three)), 'ms', 150),
    row(`setup: plan + apply, ${Math.round(config.length / 1000)} KB of config.toml`, Math.max(large[0], median(large)), 'ms', 200),
    row('token helper p95', quantile(helper.times, 0.95), 'ms', 60),
    row('token helper / sh -c :', median(helper.times) / median(helper.shell), '×'),
  ]
}

/** The real script asks a real door; both in turns, so that both meet the same weather. */
async function measureHelper() {
  const { openDoor, scriptFor } = await import(path.join(root, 'out/bench/helper.mjs'))
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-helper-'))
  const door = await openDoor(path.join(folder, 'door.sock'))
  const script = path.join(folder, 'portico-token')
  writeFileSync(script, scriptFor(path.join(folder, 'door.sock')))
  chmodSync(script, 0o700)
  const { spawn } = await import('node:child_process')
  const timed = (command, args) => new Promise((resolve, reject) => {
    const started = performance.now()
    let said = ''
    const child = spawn(command, args, { env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.on('data', (piece) => (said += piece))
    child.once('close', (code) => (code === 0 ? resolve({ ms: performance.now() - started, said }) : reject(new Error(`${command} ended with ${code}`))))
  })
  try {
    execFileSync('/bin/sh', ['-c', ':'])
    const [times, shell] = [[], []]
    for (let round = 0; round < HELPS; round++) {
      const { ms, said } = await timed(script, ['token'])
      if (said !== 'bench-token\n') throw new Error(`the helper said ${said}`)
      times.push(ms)
      shell.push((await timed('/bin/sh', ['-c', ':'])).ms)
    }
    return { times, shell }
  } finally {
    await door.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
