/** Fills a bench profile's database with sessions through the app's own repository: one of many messages, one with a very long answer. */
import type { SessionItem } from '../../src-shared/domain/session.ts'
import { createSessionRepository } from '../../src-main/sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../../src-main/sessions/schema.ts'
import { openDatabase } from '../../src-main/storage/database.ts'
import { sample } from './markdown.ts'

/** `messages` = items in the session "Ten thousand"; `longText` = characters of the answer in "Long answer". */
export function seedSessions(options: { database: string; folder: string; messages: number; longText: number }): void {
  const now = Date.now()
  const { database } = openDatabase({ path: options.database, migrations: SESSION_MIGRATIONS, clock: { now: () => now } })
  const repository = createSessionRepository(database)
  const seed = (id: string, title: string, at: number, items: readonly SessionItem[]): void => {
    repository.insertSession({
      id, title, folder: options.folder, model: 'offline-practice', wire: 'messages', createdAt: at, updatedAt: at, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
    })
    repository.insertTurn({ id: `${id}-turn`, sessionId: id, model: 'offline-practice', startedAt: at })
    repository.setTurnStatus(`${id}-turn`, 'done', at)
    for (const item of items) repository.appendItem(id, 0, item)
  }
  const text = sample(600)
  const many: SessionItem[] = []
  for (let at = 0; at < options.messages; at++) {
    const base = { id: `many-${at}`, turnId: 'many-turn', at: now }
    many.push(at % 2 === 0 ? { kind: 'user', ...base, text: `Question ${at}: what does the limiter know?` } : { kind: 'assistant', ...base, text, done: true })
  }
  repository.transaction(() => {
    seed('many', 'Ten thousand', now - 1000, many)
    seed('long', 'Long answer', now, [
      { kind: 'user', id: 'long-0', turnId: 'long-turn', at: now, text: 'Tell me everything.' },
      { kind: 'assistant', id: 'long-1', turnId: 'long-turn', at: now, text: sample(options.longText), done: true },
    ])
  })
  database.close()
}
