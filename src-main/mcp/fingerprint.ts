/** Identity of a tool's definition: an approval given "always" ends when what the server says about the tool changes. Pure. */
import { createHash } from 'node:crypto'

/** JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** SHA-256 (hex) over name, raw description, raw schema and annotations. */
export function fingerprintTool(tool: { name: string; description: string; inputSchema: unknown; annotations: unknown }): string {
  const { name, description, inputSchema, annotations } = tool
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema, annotations })).digest('hex')
}
