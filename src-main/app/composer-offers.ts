/** What the chat's composer offers to a message: the folder's files, and the resources, prompts and skills there are. */
import type { ChatOffers } from '../../src-shared/domain/session.ts'
import type { ProjectSays } from '../agent/tool-catalog.ts'
import type { McpHost } from '../mcp/ports.ts'
import type { FileIndex } from '../workspace/file-index.ts'

export interface ComposerOffers {
  files(folder: string, query: string): Promise<readonly string[]>
  offers(folder: string): Promise<ChatOffers>
  /** @throws AppError `mcp.*` */
  prompt(input: { serverId: string; name: string; args: Readonly<Record<string, string>> }): Promise<string>
}

const FILES_SHOWN = 12
/** A server that takes longer to start is not waited for here (ms): its resources come with the next look. */
const OFFERS_WITHIN_MS = 8_000
const PROMPT_WITHIN_MS = 60_000

export function createComposerOffers(deps: { mcp: Pick<McpHost, 'offers' | 'prompt'>; index: FileIndex; project(folder: string): Promise<ProjectSays> }): ComposerOffers {
  return {
    files: (folder, query) => deps.index.find(folder, query, FILES_SHOWN),
    offers: async (folder) => {
      const [{ resources, prompts }, { skills }] = await Promise.all([deps.mcp.offers(AbortSignal.timeout(OFFERS_WITHIN_MS)), deps.project(folder)])
      return { resources, prompts, skills: skills.map(({ name, description }) => ({ name, description })) }
    },
    prompt: (input) => deps.mcp.prompt({ ...input, signal: AbortSignal.timeout(PROMPT_WITHIN_MS) }),
  }
}
