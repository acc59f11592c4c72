/** Benches that need no window: an MCP call through our host against the bare SDK, and streamed markdown against one full parse. */
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { median, quantile, row } from './stats.mjs'

/** Bundles one source file for Node into out/bench/NAME.mjs. */
export async function bundle(source, name) {
  const { rolldown } = await import('rolldown')
  const made = await rolldown({
    input: path.join(root, source), platform: 'node', external: [/^electron$/, /^keytar$/, /^node:/],
    // Its default build cannot be bundled.
    resolve: { alias: { 'jsonc-parser': path.join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
  })
  await made.write({ file: path.join(root, 'out/bench', `${name}.mjs`), format: 'esm', codeSplitting: false })
  await made.close()
}

export async function benchMcp({ calls = 2000, log }) {
  const { openPair } = await import(path.join(root, 'out/bench/mcp-pair.mjs'))
  const pair = await openPair(path.join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'))
  try {
    const times = { sdk: [], host: [] }
    for (let warm = 0; warm < 200; warm++) {
      await pair.sdk()
      await pair.host()
    }
    // Blocks of 100, turn about, so that both meet the same weather.
    for (let block = 0; block < calls / 100; block++) {
      for (const name of ['sdk', 'host']) {
        for (let call = 0; call < 100; call++) {
          const started = performance.now()
          await pair[name]()
          times[name].push(performance.now() - started)
        }
      }
    }
    // 16 at a time: the host lets 8 through and keeps the rest in order, the bare SDK sends all.
    const beside = { sdk: [], host: [] }
    for (let block = 0; block < 40; block++) {
      for (const name of ['sdk', 'host']) {
        beside[name].push(...(await Promise.all(Array.from({ length: 16 }, async () => {
          const started = performance.now()
          await pair[name]()
          return performance.now() - started
        }))))
      }
    }
    const ratio = median(times.host) / median(times.sdk)
    log(`mcp call: sdk ${(median(times.sdk) * 1000).toFixed(0)} µs, host ${(median(times.host) * 1000).toFixed(0)} µs`)
    return [
      row('MCP call: bare SDK p50', median(times.sdk) * 1000, 'µs'),
      row('MCP call: our host p50', median(times.host) * 1000, 'µs'),
      row('MCP call: host / SDK, p50', ratio, '×', 1.3),
      row('MCP call: host / SDK, p95', quantile(times.host, 0.95) / quantile(times.sdk, 0.95), '×', 1.5),
      row('MCP call, 16 at a time: host / SDK, p50', median(beside.host) / median(beside.sdk), '×', 1.3),
      row('MCP call, 16 at a time: host / SDK, p95', quantile(beside.host, 0.95) / quantile(beside.sdk, 0.95), '×', 1.5),
    ]
  } finally {
    await pair.close()
  }
}

export async function benchMarkdown({ log }) {
  const { createMarkdownStream, parseWhole, sample } = await import(path.join(root, 'out/bench/markdown.mjs'))
  const stream = (text) => {
    const deltas = []
    const one = createMarkdownStream()
    const started = performance.now()
    for (let at = 0; at < text.length; at += 40) {
      const before = performance.now()
      one.append(text.slice(at, at + 40))
      deltas.push(performance.now() - before)
    }
    one.finish()
    return { total: performance.now() - started, p99: quantile(deltas, 0.99) }
  }
  const whole = (text) => {
    const started = performance.now()
    parseWhole(text)
    return performance.now() - started
  }
  const texts = { small: sample(100_000), large: sample(200_000) }
  const times = { whole: [], small: [], large: [], p99: [] }
  for (let repetition = 0; repetition < 7; repetition++) {
    const full = whole(texts.large)
    const small = stream(texts.small)
    const large = stream(texts.large)
    if (repetition === 0) continue
    times.whole.push(full)
    times.small.push(small.total)
    times.large.push(large.total)
    times.p99.push(large.p99)
  }
  log(`markdown: whole ${median(times.whole).toFixed(0)} ms, streamed ${median(times.large).toFixed(0)} ms`)
  return [
    row('markdown 200 KB: one full parse', median(times.whole), 'ms'),
    row('markdown 200 KB: streamed / full parse', median(times.large) / median(times.whole), '×', 4),
    row('markdown 200 KB: delta p99', median(times.p99), 'ms', 8),
    row('markdown: cost(200 KB) / cost(100 KB)', median(times.large) / median(times.small), '×', 2.3),
  ]
}
