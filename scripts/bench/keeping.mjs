/** Search over 100,000 messages, and the checkpoint of 200 files. */
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { median, quantile, row } from './stats.mjs'

export async function benchKeeping({ log }) {
  const { measureCheckpoint, measureSearch } = await import(path.join(root, 'out/bench/keeping.mjs'))
  const kept = []
  for (let repetition = 0; repetition < 6; repetition++) {
    const ms = await measureCheckpoint(200, 20_000)
    if (repetition > 0) kept.push(ms)
  }
  log(`checkpoint: ${median(kept).toFixed(0)} ms`)
  const times = measureSearch(100_000, 6)
  log(`search: ${median(times).toFixed(1)} ms`)
  return [
    row('checkpoint of 200 files of 20 KB', median(kept), 'ms', 150, `slowest ${Math.max(...kept).toFixed(0)} ms`),
    row('search over 100,000 messages: p50', median(times), 'ms'),
    row('search over 100,000 messages: slowest', quantile(times, 1), 'ms', 50, `${times.length} searches of six kinds`),
  ]
}
