/** Tools as the agent sees them, wherever they run. Types only. */
import type { FileDiff, ToolRisk } from './session.ts'

export interface ToolDefinition {
  /** Name on the wire: `[A-Za-z0-9_-]`, at most 64 characters. */
  name: string
  description: string
  /** JSON Schema of the arguments; always an object schema. */
  inputSchema: Readonly<Record<string, unknown>>
}

export interface ToolImage {
  mimeType: string
  base64: string
}

/** What a finished call gives back to the model. A failed call is an outcome too (`isError`), never an exception. */
export interface ToolOutcome {
  /** Capped at 50 KB head and tail; when capped the text names the file that holds all of it. */
  text: string
  isError: boolean
  /** Full size of the result in bytes. */
  bytes: number
  images: readonly ToolImage[]
  /** Path (mode 0600) of the full text when it was capped. */
  spilledTo: string | null
}

/** What a call is about, computed before it runs and before anything is asked. */
export interface ToolPreview {
  /** One line: a path, a pattern, a command. */
  summary: string
  diff: FileDiff | null
  risk: ToolRisk
  /** The real path, where it is not in the session's folder: only a person can allow exactly that; left out = it is inside. */
  outside?: string
}
