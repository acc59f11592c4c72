/**
 * When MCP servers offer more tools than a model should read with every call (over a tenth of its window, or over a hundred), they are put aside and found with
 * a search of our own. What was found stays, in the order in which it was found, so that a prompt cache keeps its beginning. Pure but for what it remembers.
 */
import type { ToolDefinition, ToolOutcome } from '../../src-shared/domain/tool.ts'

export const SEARCH_TOOL = 'tool_search'
const MOST_TOOLS = 100
/** Part of the model's window that all tools of servers may take. */
const SHARE = 0.1
/** For a model whose window is not known (tokens). */
const USUAL_WINDOW = 128_000
const FOUND_AT_ONCE = 5
const BYTES_PER_TOKEN = 4

/** About how many tokens a tool costs with every call. */
export function tokensOfTool(definition: ToolDefinition): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(definition)) / BYTES_PER_TOKEN)
}

export function areTooMany(definitions: readonly ToolDefinition[], contextWindow: number | null): boolean {
  if (definitions.length > MOST_TOOLS) return true
  return definitions.reduce((sum, definition) => sum + tokensOfTool(definition), 0) > SHARE * (contextWindow ?? USUAL_WINDOW)
}

export interface Findable {
  definition: ToolDefinition
  /** For people and for the search. */
  name: string
  serverName: string
}

export function searchDefinition(tools: readonly Findable[]): ToolDefinition {
  const servers = new Map<string, number>()
  for (const { serverName } of tools) servers.set(serverName, (servers.get(serverName) ?? 0) + 1)
  const list = [...servers].map(([name, count]) => `${name} (${count})`).join(', ')
  return {
    name: SEARCH_TOOL,
    description: `Finds tools of MCP servers by what they do and makes them callable from your next step on. There are ${tools.length} tools that are not listed here, from: ${list}. Search before you say that something cannot be done.`,
    inputSchema: {
      type: 'object', required: ['query'],
      properties: { query: { type: 'string', description: 'What the tool should do, or its name' }, max_results: { type: 'integer', minimum: 1, maximum: 20, default: FOUND_AT_ONCE } },
    },
  }
}

const wordsOf = (text: string): string[] => text.toLowerCase().replace(/([a-z])([A-Z])/g, '$1 $2').split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1)

/** Best first; the exact name of a tool always comes first. */
export function findTools<Tool extends Findable>(tools: readonly Tool[], query: string, max: number): Tool[] {
  const asked = [...new Set(wordsOf(query))]
  if (asked.length === 0) return []
  const documents = tools.map((tool) => ({ tool, name: wordsOf(`${tool.name.replace(/([a-z])([A-Z])/g, '$1 $2')} ${tool.serverName}`), about: wordsOf(tool.definition.description) }))
  // A word that few tools have says more.
  const rarity = new Map(asked.map((word) => {
    const having = documents.filter(({ name, about }) => [...name, ...about].some((own) => own.startsWith(word))).length
    return [word, Math.log(1 + documents.length / (1 + having))]
  }))
  const scored = documents.map(({ tool, name, about }) => {
    let score = tool.name.toLowerCase() === query.trim().toLowerCase() || tool.definition.name === query.trim() ? 1_000 : 0
    for (const word of asked) {
      const weight = rarity.get(word) ?? 1
      if (name.includes(word)) score += 4 * weight
      else if (name.some((own) => own.startsWith(word) || word.startsWith(own))) score += 2 * weight
      const times = about.filter((own) => own.startsWith(word)).length
      score += weight * Math.min(times, 3) / 2
    }
    return { tool, score }
  })
  return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, max).map(({ tool }) => tool)
}

const FIRST_LINE = 200

export function searchOutcome(found: readonly Findable[], query: string): ToolOutcome {
  const lines = found.map(({ definition }) => `- ${definition.name}: ${(definition.description.split('\n')[0] ?? '').slice(0, FIRST_LINE)}`)
  const text = lines.length === 0 ? `No tool fits “${query.slice(0, 200)}”. Try other words, or the name of the server.` : `These can be called now:\n${lines.join('\n')}`
  return { text, isError: false, bytes: Buffer.byteLength(text), images: [], spilledTo: null }
}
