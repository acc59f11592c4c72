/** Flat tool names for upstreams that know no namespaces or custom tools, and the way back. Pure. */
import { createHash } from 'node:crypto'
import type { ToolKind, Turn, TurnTool } from './turn.ts'

export interface ToolRef {
  name: string
  namespace: string | null
  kind: ToolKind
}

export interface ToolNames {
  /** The upstream's name for a tool, at most 64 safe characters; the same for the same turn. Also for a tool that is only in the history. */
  flat(name: string, namespace: string | null): string
  /** The tool behind a name that the upstream used. A name nobody offered is given back as it is (a plain function): the caller says it is unknown. */
  refOf(flat: string): ToolRef
}

const LONGEST = 64
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** Most providers take `[A-Za-z0-9_-]{1,64}`. */
function safe(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_-]/g, '_')
  return clean.length <= LONGEST && clean !== '' && clean === name ? clean : `${clean.slice(0, LONGEST - 9)}_${hash(name)}`
}

const joined = (name: string, namespace: string | null): string => (namespace === null || namespace === '' ? name : `${namespace}__${name}`)

/** Offered tools keep the plainest name that is free; what collides gets a suffix from its full name. */
export function createToolNames(turn: Pick<Turn, 'tools' | 'messages'>): ToolNames {
  const flatByFull = new Map<string, string>()
  const refByFlat = new Map<string, ToolRef>()
  const full = (name: string, namespace: string | null): string => JSON.stringify([namespace, name])
  const add = (name: string, namespace: string | null, kind: ToolKind): string => {
    const key = full(name, namespace)
    const known = flatByFull.get(key)
    if (known !== undefined) return known
    const wanted = safe(joined(name, namespace))
    const flat = refByFlat.has(wanted) ? `${wanted.slice(0, LONGEST - 9)}_${hash(key)}` : wanted
    flatByFull.set(key, flat)
    refByFlat.set(flat, { name, namespace, kind })
    return flat
  }
  const addTool = (tool: TurnTool): void => {
    if (tool.kind === 'function') add(tool.name, tool.namespace, 'function')
    else if (tool.kind === 'custom') add(tool.name, tool.namespace, 'custom')
    else if (tool.kind === 'tool-search') add(tool.name, null, 'tool-search')
  }
  turn.tools.forEach(addTool)
  for (const message of turn.messages) for (const part of message.parts) if (part.type === 'tool-call') add(part.name, part.namespace, part.kind)
  return {
    flat: (name, namespace) => flatByFull.get(full(name, namespace)) ?? safe(joined(name, namespace)),
    refOf: (flat) => refByFlat.get(flat) ?? { name: flat, namespace: null, kind: 'function' },
  }
}

/** Names as they are: for an upstream of the caller's own wire. */
export const SAME_NAMES: ToolNames = { flat: (name) => name, refOf: (flat) => ({ name: flat, namespace: null, kind: 'function' }) }
