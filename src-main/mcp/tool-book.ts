/** One server's tools: as it lists them, as the person has seen them (pins), and which of them go to models. */
import type { McpToolInfo, McpToolUse } from '../../src-shared/domain/mcp.ts'
import type { Log } from '../platform/ports.ts'
import { visibleText } from './clean-text.ts'
import { pinAll, pinOne, switchTool, useOf, type PinStore, type ServerPins } from './pins.ts'
import type { HostedTool, McpServerSpec } from './ports.ts'
import { readTools, type ReadTools } from './tool-list.ts'

export interface ToolBook {
  /** Takes what the server lists now; what it lists first is what the person let in. */
  set(raw: readonly unknown[], spec: McpServerSpec, slug: string): void
  /** The same list under another name. */
  rename(spec: McpServerSpec, slug: string): void
  clear(): void
  dropped(): ReadTools['dropped']
  views(): readonly McpToolInfo[]
  /** Those that go to models. */
  given(said: Pick<McpServerSpec, 'parallel' | 'trusted'>): readonly HostedTool[]
  /** Why a tool is not to be called now, in words; null = it may be. */
  heldBack(toolName: string): string | null
  /** The person has seen a tool as it is now; null = all of them. */
  approve(toolName: string | null): Promise<void>
  switchTool(toolName: string, on: boolean): Promise<void>
  texts(toolName: string): { before: string | null; after: string } | null
}

/** Characters of a tool's description in the state: it goes to the window with every change. */
const SHOWN_DESCRIPTION = 600
const NO_TOOLS: ReadTools = { tools: [], dropped: [] }
const NO_PINS: ServerPins = { tools: {}, off: [] }
const BYTES_PER_TOKEN = 4

export function createToolBook(serverId: string, store: PinStore, log: Log): ToolBook {
  let raw: readonly unknown[] = []
  let list = NO_TOOLS
  /** Until they are kept, what was decided last holds. */
  let deciding: ServerPins | null = null
  const pins = (): ServerPins | null => deciding ?? store.get(serverId)
  const keep = (next: ServerPins): Promise<void> => {
    deciding = next
    return store.set(serverId, next).catch((error: unknown) => log.error('mcp.pins-not-kept', { server: serverId, error: String(error) })).finally(() => {
      if (deciding === next && store.get(serverId) !== null) deciding = null
    })
  }
  const useNow = (tool: ReadTools['tools'][number]): McpToolUse => useOf(tool, pins() ?? NO_PINS)
  const find = (toolName: string): ReadTools['tools'][number] | undefined => list.tools.find((tool) => tool.toolName === toolName)

  return {
    set(next, spec, slug) {
      raw = next
      list = readTools(next, spec, slug)
      if (pins() === null) void keep(pinAll(list.tools, null))
    },
    rename(spec, slug) {
      list = readTools(raw, spec, slug)
    },
    clear() {
      raw = []
      list = NO_TOOLS
      deciding = null
    },
    dropped: () => list.dropped,
    views: () => list.tools.map((tool) => ({
      name: tool.toolName, wireName: tool.definition.name, description: visibleText(tool.definition.description, SHOWN_DESCRIPTION), risk: tool.risk,
      use: useNow(tool), tokens: Math.ceil(Buffer.byteLength(JSON.stringify(tool.definition)) / BYTES_PER_TOKEN),
    })),
    given: ({ parallel = false, trusted = false }) => list.tools.filter((tool) => useNow(tool) === 'on').map((tool) => (tool.parallel === parallel && tool.trusted === trusted ? tool : { ...tool, parallel, trusted })),
    heldBack(toolName) {
      const tool = find(toolName)
      switch (tool === undefined ? 'on' : useNow(tool)) {
        case 'on': return null
        case 'off': return 'The person switched this tool off.'
        case 'new': return 'This tool is new since the person allowed the server. They have to look at it first, in Tools.'
        case 'changed': return 'The server changed what this tool is. The person has to look at it first, in Tools.'
      }
    },
    async approve(toolName) {
      const tool = toolName === null ? undefined : find(toolName)
      if (toolName === null) await keep(pinAll(list.tools, pins()))
      else if (tool) await keep(pinOne(tool, pins() ?? NO_PINS))
    },
    switchTool: (toolName, on) => keep(switchTool(toolName, on, pins() ?? NO_PINS)),
    texts(toolName) {
      const tool = find(toolName)
      return tool ? { before: pins()?.tools[toolName]?.text ?? null, after: tool.text } : null
    },
  }
}
