/** Handlers of `tools.*`: the MCP servers a person keeps. */
import type { Bundles } from '../../mcp/bundles/service.ts'
import type { Questions } from '../../mcp/questions.ts'
import type { ToolsService } from '../../mcp/registry.ts'
import type { HandlersOf } from '../handler-types.ts'

export function toolsHandlers(tools: Omit<ToolsService, 'load' | 'state' | 'onChange'>, questions: Pick<Questions, 'list' | 'answer'>, openPage: (url: string) => Promise<void>, bundles: Bundles, pickBundle: () => Promise<Buffer | null>): HandlersOf<'tools'> {
  return {
    'tools.add': (input) => tools.add(input),
    'tools.update': async (input) => {
      await tools.update(input)
      return null
    },
    'tools.remove': async ({ id }) => {
      await tools.remove(id)
      await bundles.sweep()
      return null
    },
    'tools.setEnabled': async ({ id, enabled }) => {
      await tools.setEnabled(id, enabled)
      return null
    },
    'tools.setSaid': async ({ id, ...said }) => {
      await tools.setSaid(id, said)
      return null
    },
    'tools.inspectBundle': async ({ bytes }) => {
      const bundle = bytes === null ? await pickBundle() : Buffer.from(bytes)
      return bundle === null ? null : bundles.inspect(bundle)
    },
    'tools.installBundle': async ({ token, values }) => {
      const made = await bundles.install(token, values)
      await bundles.sweep()
      return made
    },
    'tools.start': async ({ id }) => {
      await tools.start(id)
      return null
    },
    'tools.stop': async ({ id }) => {
      await tools.stop(id)
      return null
    },
    'tools.approve': async ({ id, tool }) => {
      await tools.approveTools(id, tool)
      return null
    },
    'tools.switch': async ({ id, tool, on }) => {
      await tools.switchTool(id, tool, on)
      return null
    },
    'tools.change': ({ id, tool }) => tools.toolChange(id, tool),
    'tools.answer': async ({ id, answer }) => {
      const question = questions.list().find((one) => one.id === id)
      // The page is the server's wish and the person's leave: nothing opens before both are there.
      if (question?.kind === 'page' && answer.action === 'accept') await openPage(question.url)
      questions.answer(id, answer)
      return null
    },
    'tools.listening': ({ id }) => tools.listening(id),
    'tools.signOut': async ({ id }) => {
      await tools.signOut(id)
      return null
    },
  }
}
