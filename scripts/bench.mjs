/** `npm run bench [start|memory|window|stream|mcp|servers|loop|keeping|markdown|setup|gateway …]` (also single parts: `gateway:flood`, `loop:goose`): measures Portico against its limits in one run; prints a table and writes out/bench.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './lib/paths.mjs'

const SUITES = ['mcp', 'servers', 'loop', 'keeping', 'markdown', 'setup', 'gateway', 'start', 'window', 'stream', 'memory']
/** Those that need no desktop. */
const PLAIN = ['mcp', 'servers', 'loop', 'keeping', 'markdown', 'setup', 'gateway']
const suiteOf = (name) => name.split(':')[0]
const log = (text) => console.error(`  ${text}`)

async function main() {
  const wanted = process.argv.slice(2).filter((one) => !one.startsWith('-'))
  const unknown = wanted.filter((one) => !SUITES.includes(suiteOf(one)))
  if (unknown.length > 0) {
    console.error(`No bench called ${unknown.join(', ')}. There are: ${SUITES.join(', ')}.`)
    return 2
  }
  const { setup } = await import('./setup.mjs')
  const isPlain = wanted.length > 0 && wanted.every((one) => PLAIN.includes(suiteOf(one)))
  await setup({ desktop: !isPlain })
  if (!process.env.PORTICO_BENCH_INSIDE) return isPlain ? inToolNode(wanted) : insideDesktop(wanted)

  const { build } = await import('./build.mjs')
  await build()
  const { bundle, benchMarkdown, benchMcp } = await import('./bench/core.mjs')
  for (const name of ['seed', 'mcp-pair', 'markdown', 'keeping']) await bundle(`scripts/bench/${name}.ts`, name)
  const { benchMemory, benchStart } = await import('./bench/start-and-memory.mjs')
  const { benchWindow } = await import('./bench/window.mjs')
  const { benchSetup } = await import('./bench/setup.mjs')
  const { benchGateway } = await import('./bench/gateway.mjs')
  const { benchToolLoop } = await import('./bench/tool-loop.mjs')
  const { benchKeeping } = await import('./bench/keeping.mjs')
  const { benchStream } = await import('./bench/stream.mjs')
  const { benchServers } = await import('./bench/servers.mjs')
  const partsOf = (suite) => wanted.filter((one) => one.startsWith(`${suite}:`)).map((one) => one.slice(suite.length + 1))
  const run = { mcp: benchMcp, servers: benchServers, keeping: benchKeeping, stream: benchStream, markdown: benchMarkdown, setup: benchSetup, gateway: (how) => benchGateway({ ...how, only: partsOf('gateway') }), loop: (how) => benchToolLoop({ ...how, only: partsOf('loop') }), start: benchStart, window: benchWindow, memory: benchMemory }

  const rows = []
  for (const suite of wanted.length > 0 ? new Set(wanted.map(suiteOf)) : SUITES) {
    console.error(`${suite}…`)
    rows.push(...(await run[suite]({ log })))
  }
  mkdirSync(path.join(root, 'out'), { recursive: true })
  writeFileSync(path.join(root, 'out/bench.json'), `${JSON.stringify(rows, null, 2)}\n`)
  const cell = (text, width) => String(text).padEnd(width)
  console.log(`${cell('what', 44)}${cell('value', 12)}${cell('limit', 10)}ok`)
  for (const one of rows) {
    console.log(`${cell(one.name, 44)}${cell(`${one.value ?? '—'} ${one.unit}`, 22)}${cell(one.limit ?? '', 10)}${one.ok === null ? '' : one.ok ? 'yes' : 'NO'}  ${one.note}`)
  }
  return rows.some((one) => one.ok === false) ? 1 : 0
}

/** Runs this script again on Node 24, as it is. */
async function inToolNode(wanted) {
  const { run } = await import('./lib/run.mjs')
  const { toolNode } = await import('./lib/packages.mjs')
  const done = await run(toolNode(), [path.join(root, 'scripts/bench.mjs'), ...wanted], { cwd: root, env: { ...process.env, PORTICO_BENCH_INSIDE: '1' } })
  return done.code ?? 1
}

/** Runs this script again on Node 24 (web sockets, node:sqlite) in a desktop of its own: display, bus, keychain, notifications, tray. */
async function insideDesktop(wanted) {
  const { runInDesktop } = await import('./lib/desktop.mjs')
  const { toolNode } = await import('./lib/packages.mjs')
  const done = await runInDesktop(toolNode(), [path.join(root, 'scripts/bench.mjs'), ...wanted], { cwd: root, env: { PORTICO_BENCH_INSIDE: '1' } })
  return done.code ?? 1
}

process.exitCode = await main()
