/** Handlers of `tools.*`: the MCP servers a person keeps. */
import type { ToolsService } from '../../mcp/registry.ts'
import type { HandlersOf } from '../handler-types.ts'

export function toolsHandlers(tools: Omit<ToolsService, 'load' | 'state' | 'onChange'>): HandlersOf<'tools'> {
  return {
    'tools.add': (input) => tools.add(input),
    'tools.update': async (input) => {
      await tools.update(input)
      return null
    },
    'tools.remove': async ({ id }) => {
      await tools.remove(id)
      return null
    },
    'tools.setEnabled': async ({ id, enabled }) => {
      await tools.setEnabled(id, enabled)
      return null
    },
    'tools.start': async ({ id }) => {
      await tools.start(id)
      return null
    },
    'tools.stop': async ({ id }) => {
      await tools.stop(id)
      return null
    },
  }
}
