/** Turns the raw entries of a server's tools/list into tools we offer; a bad entry drops only itself and says why. Pure. */
import type { ToolRisk } from '../../src-shared/domain/session.ts'
import { visibleText } from './clean-text.ts'
import { canonicalJson, fingerprintTool } from './fingerprint.ts'
import { wireNames } from './names.ts'
import type { HostedTool } from './ports.ts'
import { normaliseSchema } from './schema.ts'
import { isObject } from './schema-refs.ts'

const MAX_DESCRIPTION = 10_000
const MAX_SCHEMA_BYTES = 256 * 1024

export interface ReadTools {
  tools: readonly (HostedTool & { /** Its definition as text, for the pin. */ text: string })[]
  dropped: readonly { name: string; reason: string }[]
}

/** Tools in the server's order. `slug` is the server's part of the wire names. */
export function readTools(raw: readonly unknown[], server: { id: string; name: string }, slug: string): ReadTools {
  const dropped: { name: string; reason: string }[] = []
  const good: ParsedTool[] = []
  const seen = new Set<string>()
  for (const [index, entry] of raw.entries()) {
    const parsed = parseTool(entry)
    if (typeof parsed === 'string') {
      const name = isObject(entry) && typeof entry['name'] === 'string' && entry['name'] !== '' ? entry['name'] : `tool ${index + 1}`
      dropped.push({ name: visibleText(name, 200), reason: parsed })
    } else if (seen.has(parsed.name)) dropped.push({ name: parsed.name, reason: 'listed twice' })
    else {
      seen.add(parsed.name)
      good.push(parsed)
    }
  }
  const wires = wireNames(slug, good.map((tool) => tool.name))
  const tools = good.map((tool) => ({
    definition: { name: wires.get(tool.name) ?? tool.name, description: visibleText(tool.description, MAX_DESCRIPTION), inputSchema: tool.schema },
    serverId: server.id,
    serverName: server.name,
    toolName: tool.name,
    risk: tool.risk,
    parallel: false,
    trusted: false,
    fingerprint: tool.fingerprint,
    text: tool.text,
  }))
  return { tools, dropped }
}

interface ParsedTool {
  name: string
  description: string
  schema: Record<string, unknown>
  risk: ToolRisk
  fingerprint: string
  text: string
}

/** The tool, or the reason why it cannot be used. */
function parseTool(entry: unknown): ParsedTool | string {
  if (!isObject(entry)) return 'not an object'
  const { name, description = '', inputSchema, annotations } = entry
  if (typeof name !== 'string' || name === '') return 'has no name'
  if (name.length > 500) return 'its name is too long'
  if (visibleText(name, 501) !== name) return 'its name holds invisible characters'
  if (typeof description !== 'string') return 'its description is not text'
  if (!isObject(inputSchema)) return inputSchema === undefined ? 'has no input schema' : 'its input schema is not an object'
  if (inputSchema['type'] !== undefined && inputSchema['type'] !== 'object') return `its input schema is of type ${visibleText(JSON.stringify(inputSchema['type']), 60)}, not object`
  if (JSON.stringify(inputSchema).length > MAX_SCHEMA_BYTES) return 'its input schema is too large'
  return {
    name,
    description,
    schema: normaliseSchema(inputSchema),
    // A hint is a claim: it can lower the question from "unknown" to "reads", never more.
    risk: isObject(annotations) && annotations['readOnlyHint'] === true && annotations['destructiveHint'] !== true ? 'read' : 'unknown',
    fingerprint: fingerprintTool({ name, description, inputSchema, annotations: annotations ?? null }),
    text: visibleText(JSON.stringify(JSON.parse(canonicalJson({ name, description, inputSchema, annotations: annotations ?? null })), null, 2), MAX_SCHEMA_BYTES),
  }
}
