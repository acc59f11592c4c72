import { expect, it } from 'vitest'
import type { SessionSummary } from '../../src-shared/domain/session.ts'
import { newlyWaiting } from './waiting-news.ts'

const session = (id: string, activity: SessionSummary['activity']): SessionSummary => ({
  id, activity, title: id, folder: '/f', model: 'm', wire: 'messages', createdAt: 0, updatedAt: 0, costMicro: null,
})

it('names a session once per wait', () => {
  const first = newlyWaiting(new Set(), [session('a', 'waiting'), session('b', 'running')])
  expect(first.news.map(({ id }) => id)).toEqual(['a'])
  const second = newlyWaiting(first.waiting, [session('a', 'waiting'), session('b', 'waiting')])
  expect(second.news.map(({ id }) => id)).toEqual(['b'])
  const answered = newlyWaiting(second.waiting, [session('a', 'running'), session('b', 'idle')])
  expect(answered.news).toEqual([])
  expect(newlyWaiting(answered.waiting, [session('a', 'waiting')]).news.map(({ id }) => id)).toEqual(['a'])
})
