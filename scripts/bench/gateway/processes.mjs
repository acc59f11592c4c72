/** Starts what the gateway bench needs, each in a process of its own, and ends it again: model server, load, the gateway itself. */
import { fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { asNode, findElectron } from '../../lib/electron.mjs'
import { root } from '../../lib/paths.mjs'

const here = (name) => path.join(root, 'scripts/bench/gateway', name)
const nextMessage = (child) => new Promise((resolve, reject) => {
  const ended = (code) => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`))
  child.once('exit', ended)
  child.once('message', (message) => {
    child.off('exit', ended)
    resolve(message)
  })
})
/** PORTICO_BENCH_OUT: another build than this checkout's, to compare two. */
const out = () => process.env.PORTICO_BENCH_OUT ?? path.join(root, 'out')
/** The runtime that ships. */
const runtime = () => findElectron().executable

export async function startUpstream() {
  const child = fork(here('upstream.mjs'))
  const { port } = await nextMessage(child)
  return { port, pid: child.pid, stop: () => child.kill() }
}

export async function startLoad() {
  const child = fork(here('load.mjs'))
  await nextMessage(child)
  return {
    run: async (job, how) => {
      child.send({ job, ...how })
      const { result, failure } = await nextMessage(child)
      if (failure) throw new Error(`${job}: ${failure}`)
      return result
    },
    stop: () => child.kill(),
  }
}

/** A gateway before `upstreamPort`. `profile` = a folder for a CPU profile; `flags` = more of V8's. */
export async function startGateway(upstreamPort, { profile = '', script = 'gateway/gateway.cjs', verb = /** @type {string[]} */ ([]), flags = /** @type {string[]} */ ([]) } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-gateway-'))
  const started = performance.now()
  const child = spawn(runtime(), [
    ...flags, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []), path.join(out(), script), ...verb, '--data', folder,
    '--upstream', `bench=chat:http://127.0.0.1:${upstreamPort}/v1`, '--rate-limits', 'off', '--practice-credit', '1000', '--log-level', 'error', '--schedule', 'always=reduced',
  ], { env: asNode(), stdio: ['ignore', 'pipe', 'pipe'] })
  let problems = ''
  child.stderr.on('data', (chunk) => (problems += chunk))
  const exit = new Promise((resolve) => child.once('close', resolve))
  const ready = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(JSON.parse(String(chunk))))
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${problems}`)))
  })
  return {
    readyMs: performance.now() - started, pid: child.pid, token: ready.token, url: ready.url, problems: () => problems,
    target: { port: Number(new URL(ready.url).port), path: '/v1/chat/completions', headers: { authorization: `Bearer ${ready.token}` } },
    stop: async () => {
      child.kill('SIGTERM')
      await exit
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** MiB of a process: resident now, and the most it ever was. */
export function residentMiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024
  return { now: of('VmRSS'), most: of('VmHWM') }
}
