/** Eight real MCP servers together against the slowest two of them, one after the other. */
import path from 'node:path'
import { installRealServers } from '../lib/real-servers.mjs'
import { root } from '../lib/paths.mjs'
import { median, row } from './stats.mjs'

const SERVERS = {
  everything: ['@modelcontextprotocol/server-everything/dist/index.js', 'stdio'],
  memory: ['@modelcontextprotocol/server-memory/dist/index.js'],
  'sequential-thinking': ['@modelcontextprotocol/server-sequential-thinking/dist/index.js'],
  github: ['@modelcontextprotocol/server-github/dist/index.js'],
  playwright: ['@playwright/mcp/cli.js', '--headless'],
  context7: ['@upstash/context7-mcp/dist/index.js'],
  notion: ['@notionhq/notion-mcp-server/bin/cli.mjs'],
  'chrome-devtools': ['chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js'],
}
const ROUNDS = 4

export async function benchServers({ log }) {
  const folder = await installRealServers(log)
  const { measureReady } = await import(path.join(root, 'out/bench/mcp-pair.mjs'))
  const all = Object.entries(SERVERS).map(([name, [file, ...args]]) => ({ name, script: path.join(folder, 'node_modules', file), args }))
  const alone = new Map(all.map(({ name }) => [name, []]))
  const together = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of all) {
      const ms = await measureReady([server])
      if (round > 0) alone.get(server.name).push(ms)
    }
    const ms = await measureReady(all)
    if (round > 0) together.push(ms)
  }
  const slowest = [...alone].map(([name, list]) => ({ name, ms: median(list) })).sort((a, b) => b.ms - a.ms).slice(0, 2)
  const inTurn = slowest.reduce((sum, { ms }) => sum + ms, 0)
  const sum = [...alone.values()].reduce((total, list) => total + median(list), 0)
  log(`8 servers: ${median(together).toFixed(0)} ms; the slowest two in turn ${inTurn.toFixed(0)} ms; all in turn ${sum.toFixed(0)} ms`)
  return [
    row('8 servers ready', median(together), 'ms'),
    row('8 servers ready / the slowest two in turn', median(together) / inTurn, '×', 1.2, slowest.map(({ name, ms }) => `${name} ${ms.toFixed(0)} ms`).join(', ')),
    row('8 servers ready / all in turn', median(together) / sum, '×'),
  ]
}
