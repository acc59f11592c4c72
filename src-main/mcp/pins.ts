/**
 * Pins of tool definitions (mcp-host decision 15, "rug pull"): what a server said of its tools when the person let it run. A tool that is new since, or says
 * something else now, is not given to models until the person has seen it. Also which tools the person switched off.
 */
import { z } from 'zod'
import type { McpToolUse } from '../../src-shared/domain/mcp.ts'
import type { JsonStore } from '../storage/ports.ts'

export interface ToolPin {
  /** SHA-256 of the definition. */
  fingerprint: string
  /** The definition as text, to show what changed. */
  text: string
}
export interface ServerPins {
  tools: Readonly<Record<string, ToolPin>>
  /** Names of tools that are switched off. */
  off: readonly string[]
}
export interface PinStore {
  get(serverId: string): ServerPins | null
  /** Null forgets the server. */
  set(serverId: string, pins: ServerPins | null): Promise<void>
}

export type PinFile = Readonly<Record<string, ServerPins>>
export const pinFileSchema: z.ZodType<PinFile> = z.record(z.string(), z.object({ tools: z.record(z.string(), z.object({ fingerprint: z.string(), text: z.string() })), off: z.array(z.string()) }))

export function createPinStore(store: JsonStore<PinFile>): PinStore {
  let queue: Promise<unknown> = Promise.resolve()
  return {
    get: (serverId) => (Object.hasOwn(store.get(), serverId) ? (store.get()[serverId] ?? null) : null),
    // One after the other: each keeps what the one before wrote.
    set: (serverId, pins) => {
      const next = queue.then(async () => {
        const { [serverId]: _before, ...others } = store.get()
        await store.set(pins === null ? others : { ...others, [serverId]: pins })
      })
      queue = next.catch(() => undefined)
      return next
    },
  }
}

/** For one run: what is listed first counts as seen. */
export function memoryPins(): PinStore {
  const kept = new Map<string, ServerPins>()
  return {
    get: (serverId) => kept.get(serverId) ?? null,
    set: async (serverId, pins) => {
      if (pins === null) kept.delete(serverId)
      else kept.set(serverId, pins)
    },
  }
}

type Pinnable = ToolPin & { toolName: string }

/** Everything that is listed now counts as seen; what was switched off stays so. */
export function pinAll(tools: readonly Pinnable[], before: ServerPins | null): ServerPins {
  return { tools: Object.fromEntries(tools.map(({ toolName, fingerprint, text }) => [toolName, { fingerprint, text }])), off: before?.off ?? [] }
}

/** One tool counts as seen as it is now. */
export function pinOne(tool: Pinnable, before: ServerPins): ServerPins {
  return { ...before, tools: { ...before.tools, [tool.toolName]: { fingerprint: tool.fingerprint, text: tool.text } } }
}

export function switchTool(name: string, on: boolean, before: ServerPins): ServerPins {
  const off = before.off.filter((other) => other !== name)
  return { ...before, off: on ? off : [...off, name] }
}

/** Whether a tool goes to models. */
export function useOf({ toolName, fingerprint }: Pinnable, pins: ServerPins): McpToolUse {
  const pin = Object.hasOwn(pins.tools, toolName) ? pins.tools[toolName] : undefined
  if (pin === undefined) return 'new'
  if (pin.fingerprint !== fingerprint) return 'changed'
  return pins.off.includes(toolName) ? 'off' : 'on'
}
