/** How journeys run: one after another on the rig's own desktop, never retried, with a report that scripts/test.mjs counts. */
import { defineConfig } from '@playwright/test'

const project = process.env['PORTICO_JOURNEYS'] === 'screens' ? { testDir: 'screens', testMatch: 'signed-*.ts' } : { testDir: 'specs', testMatch: '*.spec.ts' }

export default defineConfig({
  ...project,
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  globalTimeout: 600_000,
  use: { actionTimeout: 15_000, navigationTimeout: 15_000 },
  outputDir: '../out/test/journeys',
  reporter: [['list'], ['json', { outputFile: '../out/test/journeys.json' }]],
})
