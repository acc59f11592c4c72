/**
 * The whole tool loop beside a bare loop and the real coding clients: same instant model server, same raw MCP server, turn about in one run.
 * A step is the time from one request's arrival at the model server to the next one's.
 */
import { fork, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { median, quantile, row } from './stats.mjs'
import { benchClients } from './tool-loop/clients.mjs'

const ROUNDS = 3
const LENGTHS = [50, 200]
const RUN_MS = 120_000
const LIMITS = { bare: 2, goose: 0.75, codex: 0.2, claude: 0.2 }

async function startModel() {
  const child = fork(path.join(root, 'scripts/bench/tool-loop/model.mjs'))
  const next = () => new Promise((resolve) => child.once('message', resolve))
  const { port } = await next()
  const ask = async (message) => {
    child.send(message)
    return next()
  }
  return { port, start: (run) => ask({ start: true, ...run }), calls: async (id) => (await ask({ id })).calls, stop: () => child.kill() }
}

/** One run of one client to its end: its requests as the model server saw them. */
async function runOnce(model, client, steps, id) {
  const home = mkdtempSync(path.join(tmpdir(), 'portico-bench-loop-'))
  const project = path.join(home, 'project')
  mkdirSync(project)
  try {
    await model.start({ id, wanted: steps, tool: client.tool, namespace: client.namespace })
    const [program, args, env, files] = client.start(`http://127.0.0.1:${model.port}/run/${id}`, home)
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const startedAt = Date.now()
    const { code, said } = await finished(spawn(program, args, { cwd: project, env: { PATH: process.env.PATH, HOME: home, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }))
    const calls = await model.calls(id)
    if (calls.length <= steps) throw new Error(`${client.name} made ${calls.length} of ${steps + 1} requests and ended with ${code}: ${said.slice(-600)}`)
    const at = calls.slice(0, steps + 1)
    return {
      gaps: at.slice(1).map((call, index) => call.at - at[index].at),
      bytes: at.map((call) => call.bytes),
      sockets: new Set(calls.map((call) => call.socket)).size,
      firstMs: at[0].epoch - startedAt,
    }
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

function finished(child) {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said = (said + data).slice(-4000)))
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS)
  return new Promise((resolve) => child.once('close', (code) => {
    clearTimeout(timer)
    resolve({ code, said })
  }))
}

/** `only`: names of clients (their beginnings); all without. */
export async function benchToolLoop({ log, only = [] }) {
  const { found, missing } = await benchClients(log)
  const clients = found.filter(({ name }) => only.length === 0 || name === 'bare' || only.some((one) => name.startsWith(one)))
  const model = await startModel()
  const rows = missing.map((why) => row('tool loop: client missing', Number.NaN, '', null, why))
  try {
    let next = 1
    for (const steps of LENGTHS) {
      const runs = new Map(clients.map(({ name }) => [name, []]))
      for (let round = 0; round <= ROUNDS; round++) {
        for (const client of clients) {
          // Round 0 warms the disk's cache.
          if (round === 0 && steps !== LENGTHS[0]) continue
          const run = await runOnce(model, client, steps, `r${next++}`)
          if (round > 0) runs.get(client.name).push(run)
          log(`${client.name}, ${steps} steps: ${median(run.gaps).toFixed(2)} ms a step`)
        }
      }
      rows.push(...rowsOf(runs, steps))
    }
  } finally {
    model.stop()
  }
  return rows
}

function rowsOf(runs, steps) {
  const p50 = new Map([...runs].map(([name, list]) => [name, median(list.flatMap(({ gaps }) => gaps))]))
  const rows = [...p50].map(([name, value]) => row(`loop ${steps}: ${name}, step p50`, value, 'ms', null, `p95 ${quantile(runs.get(name).flatMap(({ gaps }) => gaps), 0.95).toFixed(2)} ms`))
  for (const [name, list] of runs) {
    if (!name.startsWith('ours')) continue
    for (const [peer, limit] of Object.entries(LIMITS)) if (p50.has(peer)) rows.push(row(`loop ${steps}: ${name} / ${peer}`, p50.get(name) / p50.get(peer), 'x', limit))
    rows.push(row(`loop ${steps}: ${name}, connections`, Math.max(...list.map(({ sockets }) => sockets)), '', 1, 'the models list included'))
    rows.push(row(`loop ${steps}: ${name}, growth of growth`, Math.max(...list.map(({ bytes }) => unevenness(bytes))), 'bytes', 8, 'most bytes by which a step grew the request more than the step before did'))
    rows.push(row(`loop ${steps}: ${name}, spawn to first request`, median(list.map(({ firstMs }) => firstMs)), 'ms', null, 'process start, database, MCP server, models list'))
  }
  if (steps >= 100) {
    for (const [name, list] of runs) {
      const fifth = Math.floor(steps / 5)
      // The first two steps load what is needed only once.
      const first = median(list.flatMap(({ gaps }) => gaps.slice(2, fifth)))
      const last = median(list.flatMap(({ gaps }) => gaps.slice(-fifth)))
      rows.push(row(`loop ${steps}: ${name}, last fifth / first`, last / first, 'x', name.startsWith('ours') ? 1.1 : null, `${first.toFixed(2)} → ${last.toFixed(2)} ms`))
    }
  }
  return rows
}

/** By how many bytes the growth from step to step differs at most (the step's own number grows by a digit now and then). The second cache mark comes with the second step and stays. */
function unevenness(bytes) {
  const growth = bytes.slice(2).map((size, index) => size - bytes[index + 1])
  return Math.max(...growth.slice(1).map((one, index) => Math.abs(one - growth[index])))
}
