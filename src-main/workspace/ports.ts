/** The tools on the local folder as the agent sees them. */
import type { ToolRisk } from '../../src-shared/domain/session.ts'
import type { ToolDefinition, ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'

export type WorkspaceToolName = 'list' | 'read' | 'search' | 'write' | 'edit' | 'move' | 'delete' | 'run' | 'run_output' | 'run_stop' | 'fetch' | 'todo'

export interface WorkspaceTools {
  readonly tools: readonly { definition: ToolDefinition; risk: ToolRisk }[]
  /** @throws AppError `workspace.missing` when the folder is gone. */
  checkFolder(folder: string): Promise<void>
  /** What the call would do; changes nothing. @throws AppError `tool.invalid-arguments`, `workspace.*` */
  preview(folder: string, name: string, args: unknown): Promise<ToolPreview>
  /** Real absolute paths of the files that this call would write, move (from and to) or delete; of calls that do neither, or that cannot work, none. */
  changes(folder: string, name: string, args: unknown, outside?: string): Promise<readonly string[]>
  /** Files inside the folder that a call of somebody else's tool names in its arguments, there or not: what it may change. */
  namedFiles(folder: string, args: unknown): Promise<readonly string[]>
  /** Runs the call inside the folder, or at `outside`, the real path that a person allowed; `onOutput` hears the newest lines of a command while it runs; every failure is an outcome with `isError`. */
  run(folder: string, name: string, args: unknown, signal: AbortSignal, outside?: string, onOutput?: (text: string) => void): Promise<ToolOutcome>
  /** Ends what runs in the background; nothing is started there after it. */
  close(): Promise<void>
}
