/** Names of MCP tools on the wire: `mcp__server__tool`, at most 64 of `[A-Za-z0-9_-]`, which every model API takes. Pure. */
import { createHash } from 'node:crypto'

const MAX = 64
const MAX_SERVER = 20

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
const sanitise = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, '_')

/**
 * The middle part for each server, in order. It never holds `__` nor ends in `_`, so that the first `__` after `mcp__` always ends it.
 * Names that become equal get a hash of the server's id.
 */
export function serverSlugs(servers: readonly { id: string; name: string }[]): Map<string, string> {
  const plain = servers.map((server) => ({ id: server.id, slug: slugOf(server.name, MAX_SERVER) }))
  const count = new Map<string, number>()
  for (const { slug } of plain) count.set(slug, (count.get(slug) ?? 0) + 1)
  return new Map(plain.map(({ id, slug }) => [id, (count.get(slug) ?? 0) > 1 ? `${slugOf(slug, MAX_SERVER - 9)}-${hash(id)}` : slug]))
}

function slugOf(name: string, max: number): string {
  const slug = sanitise(name).replace(/_+/g, '_').slice(0, max).replace(/^_+|_+$/g, '')
  return slug === '' ? 'server' : slug
}

/** Wire name per tool name of one server. A name that had to be cut, or that meets another after cleaning, ends in a hash of the original. */
export function wireNames(slug: string, toolNames: readonly string[]): Map<string, string> {
  const prefix = `mcp__${slug}__`
  const room = MAX - prefix.length
  const clean = toolNames.map((name) => ({ name, wire: sanitise(name) }))
  const count = new Map<string, number>()
  for (const { wire } of clean) count.set(wire, (count.get(wire) ?? 0) + 1)
  const names = new Map<string, string>()
  for (const { name, wire } of clean) {
    const altered = wire !== name && (count.get(wire) ?? 0) > 1
    names.set(name, prefix + (wire.length > room || altered || wire === '' ? `${wire.slice(0, room - 9)}_${hash(name)}` : wire))
  }
  return names
}
