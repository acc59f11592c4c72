/** What MCP servers want to know of the person: kept in order until the window answers, or until the call that asked is over. */
import type { McpQuestion } from '../../src-shared/domain/mcp.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Ids } from '../platform/ports.ts'
import { visibleText } from './clean-text.ts'
import type { Elicit, ElicitAnswer } from './connection.ts'

export interface Questions {
  /** For one server: asks, and waits. */
  elicit(server: { id: string; name: string }): Elicit
  list(): readonly McpQuestion[]
  onChange(listener: (questions: readonly McpQuestion[]) => void): () => void
  /** @throws AppError `approval.gone` when nobody asks that any more */
  answer(id: string, answer: ElicitAnswer): void
}

const MAX_MESSAGE = 4_000
/** A server that asks without end must not fill the screen. */
const MOST_OPEN = 20

export function createQuestions(ids: Ids): Questions {
  let open: readonly { question: McpQuestion; settle(answer: ElicitAnswer): void }[] = []
  const listeners = new Set<(questions: readonly McpQuestion[]) => void>()
  const list = (): readonly McpQuestion[] => open.map(({ question }) => question)
  const change = (next: typeof open): void => {
    open = next
    for (const listener of listeners) listener(list())
  }
  return {
    elicit: (server) => (request, signal) =>
      new Promise((resolve) => {
        const isPage = request.mode === 'url'
        if (signal.aborted || open.length >= MOST_OPEN || (isPage && !isWebPage(request.url))) return resolve({ action: 'decline' })
        const base = { id: ids.next('question'), serverId: server.id, serverName: server.name, message: visibleText(request.message, MAX_MESSAGE) }
        const question: McpQuestion = isPage ? { ...base, kind: 'page', url: request.url } : { ...base, kind: 'form', schema: request.schema }
        const settle = (answer: ElicitAnswer): void => {
          signal.removeEventListener('abort', onAbort)
          change(open.filter((one) => one.question !== question))
          resolve(answer)
        }
        const onAbort = (): void => settle({ action: 'cancel' })
        signal.addEventListener('abort', onAbort, { once: true })
        change([...open, { question, settle }])
      }),
    list,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    answer(id, answer) {
      const asked = open.find(({ question }) => question.id === id)
      if (!asked) throw new AppError('approval.gone')
      asked.settle(answer)
    },
  }
}

/** Whatever else a server names (files, programs) is not opened for it. */
function isWebPage(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)))
}
