/** For tests: a clock that moves only when told, folders of their own, and clean-up after each test, whatever it did. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'

/** 2026-01-01, noon UTC: standard price by the default schedule. */
export const NOON = Date.parse('2026-01-01T12:00:00Z')

export interface TestClock {
  now(): number
  advance(ms: number): void
}

export function testClock(start = NOON): TestClock {
  let now = start
  return { now: () => now, advance: (ms) => void (now += ms) }
}

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
export const onCleanup = (cleanup: () => Promise<void> | void): void => void cleanups.push(cleanup)

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-gateway-test-'))
  onCleanup(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
