/** Unit tests run inside Electron's own Node (scripts/lib/unit.mjs); they own their folders and never reach the network. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src-*/**/*.test.ts', 'src-*/**/*.test.tsx', 'scripts/**/*.test.mjs'],
    environment: 'node',
    pool: 'forks',
    // No module keeps state or works at import time, so files may share a process: that halves the time, and a singleton would show.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
  },
})
