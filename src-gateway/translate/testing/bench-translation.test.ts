import { expect, it } from 'vitest'
import { benchTranslation } from './bench-translation.ts'

it('measures all pairs, contents and pieces to the end of their streams', () => {
  let time = 0
  const speeds = benchTranslation({ now: () => (time += 1), megabytes: 0.02, runs: 1 })
  expect(new Set(speeds.map((one) => `${one.from} ${one.to} ${one.content} ${one.pieces}`)).size).toBe(9 * 3 * 2)
  // By this clock every run takes 1 ms.
  for (const one of speeds) expect(one.megabytesPerSecond).toBeGreaterThanOrEqual(20)
})
