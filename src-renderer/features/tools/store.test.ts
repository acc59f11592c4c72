import { expect, it } from 'vitest'
import type { McpServerView } from '../../../src-shared/domain/mcp.ts'
import { applyTools, choose, initialTools, refuse, shownServer } from './store.ts'

const server = (id: string): McpServerView => ({
  config: { id, name: id, command: 'x', args: [], envNames: [], enabled: false }, state: { kind: 'off' }, calls: 0, noiseLines: 0, stderrTail: [],
})

it('shows the chosen server, and the first when the chosen one is gone', () => {
  const state = applyTools(initialTools, { servers: [server('a'), server('b')], totals: { servers: 0, tools: 0, calls: 0 } })
  expect(shownServer(state)?.config.id).toBe('a')
  expect(shownServer(choose(state, 'b'))?.config.id).toBe('b')
  expect(shownServer(choose(state, 'gone'))?.config.id).toBe('a')
  expect(shownServer(initialTools)).toBeNull()
})

it('forgets a refusal when another server is chosen', () => {
  const refused = refuse(initialTools, 'a', { code: 'mcp.start-failed', fields: {}, retryable: false })
  expect(refused.refused?.id).toBe('a')
  expect(choose(refused, 'b').refused).toBeNull()
})
