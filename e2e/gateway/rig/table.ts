/**
 * Which journeys run for which client and model, through every kind of upstream. A cell is what is looked at, or why there is nothing to look at,
 * so that a gap is a sentence and not an oversight.
 */

export const CODEX_JOURNEYS = ['text', 'shell', 'mcp', 'patch', 'image'] as const
export const CLAUDE_JOURNEYS = ['text', 'bash', 'mcp', 'edit', 'image'] as const
export const FAILURES = ['abort', 'empty wallet', 'busy (429)', 'upstream error (500)', 'cut stream'] as const

type Cell = true | { not: string }
export interface CodexRow {
  model: string
  inCatalogue: boolean
  /** How Codex speaks for this slug. */
  dialect: string
  journeys: Readonly<Record<(typeof CODEX_JOURNEYS)[number], Cell>>
  failures: Cell
}

export const CODEX_TABLE: readonly CodexRow[] = [
  { model: 'portico-large', inCatalogue: true, dialect: 'from our own catalogue: MCP namespaces up front, free-text apply_patch', journeys: { text: true, shell: true, mcp: true, patch: true, image: true }, failures: true },
  { model: 'gpt-5.5', inCatalogue: false, dialect: 'built in: MCP tools behind tool_search, free-text apply_patch, web_search declared', journeys: { text: true, shell: true, mcp: true, patch: true, image: true }, failures: true },
  { model: 'gpt-5.6-sol', inCatalogue: false, dialect: 'built in: code mode, tools reached from JavaScript', journeys: { text: true, shell: true, mcp: true, patch: true, image: { not: 'shown with gpt-5.5' } }, failures: true },
  { model: 'some-unknown-model', inCatalogue: false, dialect: 'unknown: functions and MCP namespaces up front', journeys: { text: true, shell: true, mcp: true, patch: { not: 'Codex offers no apply_patch to a model it does not know' }, image: true }, failures: true },
]

export interface ClaudeRow {
  toolSearch: boolean
  model: string
  journeys: Readonly<Record<(typeof CLAUDE_JOURNEYS)[number], Cell>>
  failures: Cell
}

export const CLAUDE_TABLE: readonly ClaudeRow[] = [
  { toolSearch: true, model: 'claude-opus-4-8', journeys: { text: true, bash: true, mcp: true, edit: true, image: { not: 'shown with tool search off' } }, failures: { not: 'shown with tool search off: Claude Code would repeat refused requests without it' } },
  { toolSearch: false, model: 'claude-opus-4-8', journeys: { text: true, bash: true, mcp: true, edit: true, image: true }, failures: true },
]
