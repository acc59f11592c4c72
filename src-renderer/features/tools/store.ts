/** MCP servers as main last told, and which one is shown. State, pure changes, selectors. */
import { create } from 'zustand'
import type { McpQuestion, McpServerView, ToolsState } from '../../../src-shared/domain/mcp.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'

export interface ToolsStore {
  /** null until main has told. */
  tools: ToolsState | null
  /** What servers want to know of the person, oldest first. */
  questions: readonly McpQuestion[]
  /** The server a person chose to look at. */
  chosenId: string | null
  /** Why the newest action on a server was refused. */
  refused: { id: string; error: AppErrorData } | null
}
export const initialTools: ToolsStore = { tools: null, questions: [], chosenId: null, refused: null }

export function applyTools(state: ToolsStore, tools: ToolsState): ToolsStore {
  return { ...state, tools }
}
export function choose(state: ToolsStore, chosenId: string | null): ToolsStore {
  return { ...state, chosenId, refused: null }
}
export function refuse(state: ToolsStore, id: string, error: AppErrorData | null): ToolsStore {
  return { ...state, refused: error === null ? null : { id, error } }
}
/** The server that is shown: the chosen one, else the first. */
export function shownServer(state: ToolsStore): McpServerView | null {
  const servers = state.tools?.servers ?? []
  return servers.find((server) => server.config.id === state.chosenId) ?? servers[0] ?? null
}

export const useTools = create<ToolsStore>()(() => initialTools)
