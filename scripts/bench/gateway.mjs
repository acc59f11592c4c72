/** The gateway against its bare upstream, turn about in one run: added time to first byte, streams, requests through the ledger, start, translation. */
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { bundle } from './core.mjs'
import { cpuSeconds } from './processes.mjs'
import { benchPeers } from './gateway/peers.mjs'
import { residentMiB, startGateway, startLoad, startUpstream } from './gateway/processes.mjs'
import { atLeast, median, quantile, row } from './stats.mjs'

const FIRST_BYTE_CALLS = 2000
const FLOOD_ROUNDS = 7
const STREAMS = 300
const PACED_EVENTS = 100
const RATE_MS = 4000
const STARTS = 10

/** @param only names of parts; empty = all. */
export async function benchGateway({ log, only = [] }) {
  const parts = { 'first-byte': firstByte, steady, flood, together, rate, start: coldStart, translation, peers: benchPeers }
  const upstream = await startUpstream()
  const load = await startLoad()
  const bare = { port: upstream.port, path: '/v1/chat/completions', headers: {} }
  const rows = []
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (only.length > 0 && !only.includes(name)) continue
      rows.push(...(await part({ log, load, bare, upstream, profile: process.env.PORTICO_BENCH_PROFILE ?? '' })))
    }
    return rows
  } finally {
    load.stop()
    upstream.stop()
  }
}

async function withGateway({ upstream, profile }, work) {
  const gateway = await startGateway(upstream.port, { profile })
  try {
    return await work(gateway)
  } finally {
    await gateway.stop()
  }
}

/** Of two series that were taken turn about. */
function added(gateway, bare) {
  return { p50: median(gateway) - median(bare), p99: quantile(gateway, 0.99) - quantile(bare, 0.99) }
}

function firstByte(rig) {
  return withGateway(rig, async (gateway) => {
    const [bare, ours] = await rig.load.run('firstByte', { targets: [rig.bare, gateway.target], calls: FIRST_BYTE_CALLS, warm: 300 })
    const { p50, p99 } = added(ours, bare)
    rig.log(`first byte: bare ${median(bare).toFixed(2)} / ${quantile(bare, 0.99).toFixed(2)} ms, gateway ${median(ours).toFixed(2)} / ${quantile(ours, 0.99).toFixed(2)} ms (p50 / p99)`)
    return [row('gateway: added first byte p50', p50, 'ms', 1.5), row('gateway: added first byte p99', p99, 'ms', 5)]
  })
}

/** 64 streams at four times the speed of fast models: what the upstream offers must come through. */
function steady(rig) {
  return withGateway(rig, async (gateway) => {
    const speeds = {}
    for (const [name, target] of [['bare', rig.bare], ['gateway', gateway.target]]) {
      const { bytes, ms } = await rig.load.run('streams', { target, model: 'steady', streams: 64, concurrent: 64 })
      speeds[name] = bytes / ms / 1000
    }
    rig.log(`steady streams: bare ${speeds.bare.toFixed(1)} MB/s, gateway ${speeds.gateway.toFixed(1)} MB/s`)
    return [atLeast('gateway: 64 steady streams / bare upstream', speeds.gateway / speeds.bare, '×', 0.9, `${speeds.bare.toFixed(1)} MB/s offered`)]
  })
}

/** As fast as the upstream can, which costs it a core: the gateway has to be cheaper than the upstream itself to keep up. */
function flood(rig) {
  return withGateway(rig, async (gateway) => {
    const speeds = { bare: [], gateway: [] }
    let [cpu, megabytes] = [0, 0]
    for (let round = -1; round < FLOOD_ROUNDS; round++) {
      for (const [name, target] of [['bare', rig.bare], ['gateway', gateway.target]]) {
        const before = cpuSeconds([gateway.pid])
        const { bytes, ms } = await rig.load.run('streams', { target, model: 'flood', streams: 24, concurrent: 4 })
        // The first round warms both up.
        if (round < 0) continue
        speeds[name].push(bytes / ms / 1000)
        if (name === 'bare') continue
        cpu += cpuSeconds([gateway.pid]) - before
        megabytes += bytes / 1e6
      }
    }
    rig.log(`streams: bare ${median(speeds.bare).toFixed(0)} MB/s, gateway ${median(speeds.gateway).toFixed(0)} MB/s`)
    return [
      row('gateway: same-wire streams, bare upstream', median(speeds.bare), 'MB/s'),
      row('gateway: same-wire streams, its CPU', (cpu * 1000) / megabytes, 'ms/MB'),
      atLeast('gateway: same-wire streams / bare upstream', median(speeds.gateway) / median(speeds.bare), '×', 0.9),
    ]
  })
}

function together(rig) {
  return withGateway(rig, async (gateway) => {
    const result = await rig.load.run('together', { target: gateway.target, streams: STREAMS, events: PACED_EVENTS })
    const memory = residentMiB(gateway.pid)
    rig.log(`${STREAMS} streams: ${result.failed} failed, first bytes p50 ${median(result.firstBytes).toFixed(0)} ms, p99 ${quantile(result.firstBytes, 0.99).toFixed(0)} ms, RSS ${memory.most.toFixed(0)} MiB at most`)
    return [
      row(`gateway: ${STREAMS} streams, events dropped`, result.dropped + result.failed * PACED_EVENTS, '', 0),
      row(`gateway: ${STREAMS} streams, out of order`, result.reordered, '', 0),
      row(`gateway: ${STREAMS} streams, RSS at most`, memory.most, 'MiB', 250),
    ]
  })
}

function rate(rig) {
  return withGateway(rig, async (gateway) => {
    await rig.load.run('rate', { target: gateway.target, concurrent: 32, ms: 1500 })
    const bare = await rig.load.run('rate', { target: rig.bare, concurrent: 32, ms: RATE_MS / 2 })
    const before = cpuSeconds([gateway.pid])
    const ours = await rig.load.run('rate', { target: gateway.target, concurrent: 32, ms: RATE_MS })
    const cpu = cpuSeconds([gateway.pid]) - before
    const perSecond = ({ count, ms }) => (count / ms) * 1000
    rig.log(`whole answers: bare ${perSecond(bare).toFixed(0)}/s, gateway ${perSecond(ours).toFixed(0)}/s, p99 ${quantile(ours.times, 0.99).toFixed(1)} ms`)
    return [
      row('gateway: whole answers, bare upstream', perSecond(bare), '/s'),
      row('gateway: whole answers, its CPU', (cpu * 1e6) / ours.count, 'µs each', null, 'what a core could do: 1 s of this'),
      atLeast('gateway: whole answers through the ledger', perSecond(ours), '/s', 1500, `p99 ${quantile(ours.times, 0.99).toFixed(1)} ms at 32 at a time`),
    ]
  })
}

async function coldStart({ upstream, log }) {
  const times = { process: [], verb: [] }
  for (let start = 0; start <= STARTS; start++) {
    for (const [name, how] of [['process', {}], ['verb', { script: 'main/cli.cjs', verb: ['gateway'] }]]) {
      const gateway = await startGateway(upstream.port, how)
      // The first one reads everything from disk.
      if (start > 0) times[name].push(gateway.readyMs)
      await gateway.stop()
    }
  }
  log(`start: process ${median(times.process).toFixed(0)} ms, portico gateway ${median(times.verb).toFixed(0)} ms`)
  return [row('gateway: cold start, its process', median(times.process), 'ms', 400), row('gateway: cold start, portico gateway', median(times.verb), 'ms', 400)]
}

async function translation({ log }) {
  await bundle('scripts/bench/gateway/translation.ts', 'gateway-translation')
  const { measureTranslation } = await import(path.join(root, 'out/bench/gateway-translation.mjs'))
  return measureTranslation().map(({ from, to, megabytesPerSecond }) => {
    log(`translation ${from} → ${to}: ${megabytesPerSecond.toFixed(0)} MB/s`)
    return atLeast(`gateway: translation ${from} → ${to}`, megabytesPerSecond, 'MB/s', 100)
  })
}
