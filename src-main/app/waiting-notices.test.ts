import { expect, it } from 'vitest'
import type { SessionSummary } from '../../src-shared/domain/session.ts'
import { createWaitingNotices } from './waiting-notices.ts'

const session = (id: string, activity: SessionSummary['activity']): SessionSummary => ({
  id, activity, title: `Session ${id}`, folder: '/f', model: 'm', wire: 'messages', createdAt: 0, updatedAt: 0, costMicro: null, mode: 'agent', pinned: false, budgetMicro: null,
})

function fixture() {
  const shown: string[] = []
  const opened: string[] = []
  const now = { seen: false, enabled: true }
  const notices = createWaitingNotices({
    notifier: {
      show({ body, onClick }) {
        shown.push(body)
        onClick()
      },
    },
    isSeen: () => now.seen, enabled: () => now.enabled, open: (id) => opened.push(id),
  })
  return { notices, shown, opened, now }
}

it('tells of a session once per wait, and a click opens it', () => {
  const { notices, shown, opened } = fixture()
  notices.update([session('a', 'waiting'), session('b', 'running')])
  notices.update([session('a', 'waiting'), session('b', 'waiting')])
  expect(shown).toEqual(['Session a', 'Session b'])
  notices.update([session('a', 'running'), session('b', 'waiting')])
  notices.update([session('a', 'waiting'), session('b', 'waiting')])
  expect(shown).toEqual(['Session a', 'Session b', 'Session a'])
  expect(opened).toEqual(['a', 'b', 'a'])
})

it('is quiet while a window can be seen, and tells when it is closed', () => {
  const { notices, shown, now } = fixture()
  now.seen = true
  notices.update([session('a', 'waiting')])
  expect(shown).toEqual([])
  now.seen = false
  notices.windowClosed()
  notices.windowClosed()
  expect(shown).toEqual(['Session a'])
})

it('is quiet when notifications are off', () => {
  const { notices, shown, now } = fixture()
  now.enabled = false
  notices.update([session('a', 'waiting')])
  notices.windowClosed()
  expect(shown).toEqual([])
})
