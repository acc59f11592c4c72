/** Unit tests run inside Electron's own Node (scripts/lib/unit.mjs); they own their folders and never reach the network. */
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src-*/**/*.test.ts', 'src-*/**/*.test.tsx', 'scripts/**/*.test.mjs'],
    // What needs a minute (many processes, a real PostgreSQL killed again and again) runs in `npm test` and when it is asked for by name.
    exclude: [...configDefaults.exclude, ...(process.env.PORTICO_QUICK ? ['**/*.slow.test.ts'] : [])],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
  },
})
