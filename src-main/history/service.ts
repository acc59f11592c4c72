/** History as the window uses it: finding what was said, exports, forks, and sessions of other coding tools. Runs in main. */
import type { DatabaseSync } from 'node:sqlite'
import type { WireName } from '../../src-shared/domain/account.ts'
import type { AttachWish, ForeignSessionView, HistoryHitView, SessionExport, SessionSummary } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Ids } from '../platform/ports.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { forkSession, insertForeign } from './copy.ts'
import { sessionAsJson } from './export-json.ts'
import { sessionAsMarkdown } from './export-markdown.ts'
import { exportRows } from './export-rows.ts'
import { findForeignSessions } from './foreign/find.ts'
import { readForeignSession } from './foreign/read.ts'
import type { ForeignSession } from './foreign/types.ts'
import { createHistorySearch } from './search.ts'

export interface History {
  find(query: { text: string; folder?: string | undefined; limit: number }): readonly HistoryHitView[]
  /** @throws AppError `session.not-found` */
  export(input: { sessionId: string; format: 'markdown' | 'json' }): SessionExport
  /** A new session up to a message; `before` leaves that message out and gives its text and what was attached to it. @throws AppError `session.not-found` */
  fork(input: { sessionId: string; itemId: string; before: boolean }): { session: SessionSummary; text: string | null; attachments: readonly AttachWish[] }
  /** Sessions of Codex CLI and Claude Code on this computer, newest first. */
  foreign(): Promise<readonly ForeignSessionView[]>
  /** Takes one of them over; `path` must be one that was listed. @throws AppError `ipc.invalid-input`, `setup.unreadable` */
  take(input: { path: string }): Promise<SessionSummary>
}

export interface HistoryDeps {
  /** With the migrations of sessions and history applied. */
  database: DatabaseSync
  clock: Clock
  ids: Ids
  home: string
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** What a taken-over session goes on with: the model it had if it is offered here, else the usual one. */
  modelFor(wanted: string | null): { model: string; wire: WireName } | null
  /** A session was added. */
  added(): void
}

const NAMES = { codex: 'Codex', claude: 'Claude Code' } as const

export function createHistory(deps: HistoryDeps): History {
  const repository = createSessionRepository(deps.database)
  const search = createHistorySearch(deps.database)
  const check = (sessionId: string): void => {
    if (repository.isDeleted(sessionId)) throw new AppError('session.not-found')
  }
  let listed: readonly ForeignSession[] = []
  return {
    find: (query) => search.find(query),
    export({ sessionId, format }) {
      check(sessionId)
      const rows = exportRows(repository, sessionId)
      const name = `${rows.session.title.replace(/[^\p{L}\p{N} _.-]/gu, '').trim().slice(0, 80) || 'session'}.${format === 'json' ? 'json' : 'md'}`
      return { name, text: format === 'json' ? sessionAsJson(rows, deps.clock.now()) : sessionAsMarkdown(rows) }
    },
    fork(input) {
      check(input.sessionId)
      const made = forkSession({ ...deps, repository }, input)
      deps.added()
      return made
    },
    async foreign() {
      listed = await findForeignSessions(deps.home, deps.env, deps.platform)
      return listed
    },
    async take({ path }) {
      const found = listed.find((session) => session.path === path)
      // Only what was listed is read: the window must not name any file of this computer.
      if (!found) throw new AppError('ipc.invalid-input', { issue: 'That session is not in the list (any more). Open the list again.' })
      const transcript = await readForeignSession(path)
      const use = deps.modelFor(transcript.model)
      if (use === null) throw new AppError('ipc.invalid-input', { issue: 'No model is known yet; sign in first.' })
      const session = insertForeign({ ...deps, repository }, transcript, { ...use, folder: transcript.folder || deps.home, client: NAMES[found.client] })
      deps.added()
      return session
    },
  }
}
