/** Reads all pages of a server's tool list, whatever the server does with its cursors. */
import type { McpConnection } from './connection.ts'

const MAX_PAGES = 100
const MAX_TOOLS = 5000

/** Raw tools of all pages. A cursor that comes back, or too many pages, ends the list with what is there. @throws ConnectionFailure */
export async function listAll(connection: McpConnection, signal: AbortSignal, timeoutMs: number): Promise<unknown[]> {
  const tools: unknown[] = []
  const seen = new Set<string>()
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page += 1) {
    const answer = await connection.listPage(cursor, signal, timeoutMs)
    tools.push(...answer.tools)
    if (answer.next === null || seen.has(answer.next)) break
    seen.add(answer.next)
    cursor = answer.next
  }
  return tools.slice(0, MAX_TOOLS)
}
