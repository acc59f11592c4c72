/** A turn’s tools as plain JSON functions, for upstreams that know nothing else (Chat Completions servers, Ollama). Pure. */
import type { Note } from '../codec.ts'
import type { ToolNames } from '../tool-names.ts'
import { describeFreeText, FREE_TEXT_SCHEMA } from '../shared/free-text-tools.ts'
import { noteWord } from '../shared/left-out.ts'
import { isOffered, referencedTools } from '../shared/offered-tools.ts'
import type { Turn } from '../turn.ts'

export interface PlainTool {
  name: string
  description: string
  schema: Readonly<Record<string, unknown>>
  strict: boolean | null
}

/**
 * Every offered tool that a function can stand for. Custom tools become `{"input": text}`; deferred ones are offered once a `tool-reference` named them;
 * a provider’s hosted ones are left out with a note. A tool search is its function.
 */
export function plainTools(turn: Turn, names: ToolNames): { tools: PlainTool[]; notes: Note[] } {
  const named = referencedTools(turn)
  const tools: PlainTool[] = []
  const notes: Note[] = []
  for (const tool of turn.tools) {
    switch (tool.kind) {
      case 'function':
        if (isOffered(tool, named)) tools.push({ name: names.flat(tool.name, tool.namespace), description: tool.description, schema: tool.inputSchema, strict: tool.strict })
        break
      case 'custom':
        tools.push({ name: names.flat(tool.name, tool.namespace), description: describeFreeText(tool), schema: FREE_TEXT_SCHEMA, strict: null })
        break
      case 'tool-search':
        tools.push({ name: names.flat(tool.name, null), description: tool.description, schema: tool.inputSchema, strict: null })
        break
      case 'hosted':
        notes.push(`${noteWord(tool.type)}-not-available`)
        break
    }
  }
  return { tools, notes }
}
