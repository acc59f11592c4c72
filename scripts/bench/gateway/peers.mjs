/** Other gateways that install from the npm registry, before the same upstream and under the same load, for the record: no limits. A peer that does not start is a note. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { withLock } from '../../lib/lock.mjs'
import { toolNode } from '../../lib/packages.mjs'
import { root } from '../../lib/paths.mjs'
import { run } from '../../lib/run.mjs'
import { readStamp, writeStamp } from '../../lib/stamps.mjs'
import { median, row, wait } from '../stats.mjs'
import { startGateway } from './processes.mjs'

const VERSIONS = { '@portkey-ai/gateway': '1.15.2', '@musistudio/claude-code-router': '2.0.0' }
const folder = path.join(root, '.cache/peers')
const CALLS = 500
const RATE_MS = 3000

const PEERS = {
  // The same wire on both sides. Whole answers only: its streams end in an error of its own on this Node.
  'Portkey, chat → chat': {
    wire: 'chat', streams: false,
    start: (port) => [['@portkey-ai/gateway/build/start-server.js', `--port=${port}`, '--headless'], {}],
    target: (port, upstream) => ({ port, path: '/v1/chat/completions', headers: { authorization: 'Bearer x', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `http://127.0.0.1:${upstream}/v1` } }),
  },
  'claude-code-router, messages → chat': {
    wire: 'messages', streams: true,
    start: (port, upstream, home) => {
      mkdirSync(path.join(home, '.claude-code-router'), { recursive: true })
      writeFileSync(path.join(home, '.claude-code-router/config.json'), JSON.stringify({
        PORT: port, HOST: '127.0.0.1', LOG: false, NON_INTERACTIVE_MODE: true, Router: { default: 'bench,whole' },
        Providers: [{ name: 'bench', api_base_url: `http://127.0.0.1:${upstream}/v1/chat/completions`, api_key: 'x', models: ['whole', 'instant'] }],
      }))
      return [['@musistudio/claude-code-router/dist/cli.js', 'start'], { HOME: home }]
    },
    target: (port) => ({ port, path: '/v1/messages', wire: 'messages', prefix: 'bench,', headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'x' } }),
  },
}

async function install(log) {
  if (JSON.stringify(readStamp('peers')?.versions) === JSON.stringify(VERSIONS) && existsSync(path.join(folder, 'node_modules'))) return
  await withLock('peers', async () => {
    log('installing other gateways to compare with …')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'portico-bench-peers', private: true, dependencies: VERSIONS }, null, 2)}\n`)
    const done = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, capture: true, timeoutMs: 300_000 })
    if (done.code !== 0) throw new Error(done.stderr.trim().split('\n')[0] ?? 'npm failed')
    writeStamp('peers', { versions: VERSIONS })
  })
}

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

async function startPeer(peer, upstream) {
  const home = mkdtempSync(path.join(tmpdir(), 'portico-bench-peer-'))
  const port = await freePort()
  const [[script, ...args], env] = peer.start(port, upstream, home)
  const child = spawn(toolNode(), [path.join(folder, 'node_modules', script), ...args], { env: { ...process.env, ...env }, stdio: 'ignore' })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill('SIGKILL')
    await exit
    rmSync(home, { recursive: true, force: true })
  }
  for (let patience = 300; patience > 0; patience--) {
    if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return { port, stop }
    await wait(100)
  }
  await stop()
  throw new Error('it does not answer')
}

/** Ours and one peer, turn about. */
async function compare({ load, bare, upstream, profile }, name, peer) {
  const ours = await startGateway(upstream.port, { profile })
  try {
    const other = await startPeer(peer, upstream.port)
    try {
      const mine = peer.wire === 'messages' ? { ...ours.target, path: '/v1/messages', wire: 'messages' } : ours.target
      const theirs = peer.target(other.port, upstream.port)
      const [direct, own, foreign] = await load.run('firstByte', { targets: [bare, mine, theirs], calls: CALLS, warm: 100, stream: peer.streams })
      const rates = {}
      for (const round of ['warm', 'measured']) {
        for (const [who, target] of Object.entries({ mine, theirs })) {
          const { count, ms } = await load.run('rate', { target, concurrent: 32, ms: round === 'warm' ? 1000 : RATE_MS })
          rates[who] = (count / ms) * 1000
        }
      }
      return [
        row(`${name}: added first byte p50, ours`, median(own) - median(direct), 'ms'), row(`${name}: added first byte p50, theirs`, median(foreign) - median(direct), 'ms'),
        row(`${name}: whole answers, ours`, rates.mine, '/s', null, 'with wallet and receipts'), row(`${name}: whole answers, theirs`, rates.theirs, '/s'),
      ]
    } finally {
      await other.stop()
    }
  } finally {
    await ours.stop()
  }
}

export async function benchPeers(rig) {
  try {
    await install(rig.log)
  } catch (failure) {
    return [row('gateway peers', 0, '', null, `not installed: ${failure.message}`)]
  }
  const rows = []
  for (const [name, peer] of Object.entries(PEERS)) {
    try {
      rows.push(...(await compare(rig, name, peer)))
    } catch (failure) {
      rows.push(row(name, 0, '', null, `not measured: ${failure.message}`))
    }
  }
  return rows
}
