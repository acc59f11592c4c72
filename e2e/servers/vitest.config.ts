/** Real MCP servers from npm behind Portico's host: plain Node, started by scripts/lib/real-servers.mjs. */
import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: { include: ['e2e/servers/**/*.test.ts'], environment: 'node', pool: 'forks', maxWorkers: 1, testTimeout: 90_000, hookTimeout: 90_000 },
})
