/** Which tools of a turn a model may be shown: a deferred one only after the conversation named it. Pure. */
import type { FunctionTool, Turn } from '../turn.ts'

/** Names in the conversation’s tool references. */
export const referencedTools = (turn: Turn): ReadonlySet<string> =>
  new Set(turn.messages.flatMap((message) => message.parts.flatMap((part) => (part.type === 'tool-reference' ? [part.name] : []))))

/** How a reference names a tool that is in a namespace. */
export const referenceName = (tool: { name: string; namespace?: string | null }): string => (tool.namespace ? `${tool.namespace}__${tool.name}` : tool.name)

/** False for a tool that is sent but not to be shown yet. References name it by its own name, with its namespace in front, or by its whole namespace. */
export const isOffered = (tool: FunctionTool, named: ReadonlySet<string>): boolean =>
  !tool.deferred || named.has(tool.name) || (tool.namespace !== null && (named.has(referenceName(tool)) || named.has(tool.namespace)))
