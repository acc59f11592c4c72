/** A clicked notification opens its message once; later news do not take the person away again. */
import { describe, expect, it } from 'vitest'
import type { InboxMessage, InboxState } from '../../../src-shared/domain/account.ts'
import { neighbourId, shownMessage } from './logic.ts'
import { applyInbox, initialInbox, selectMessage, unreadCount } from './store.ts'

const message = (id: string, read = false): InboxMessage => ({ id, title: id, body: '', audience: 'you', sentAt: 0, read })
const inbox = (opened: InboxState['opened']): InboxState => ({ messages: [message('a'), message('b', true)], asOf: 1, problem: null, opened })

describe('the inbox', () => {
  it('follows a new wish from outside, and each only once', () => {
    const opened = applyInbox(initialInbox, inbox({ id: 'a', at: 10 }))
    expect(opened.selectedId).toBe('a')
    const moved = selectMessage(opened, 'b')
    expect(applyInbox(moved, inbox({ id: 'a', at: 10 })).selectedId).toBe('b')
    expect(applyInbox(moved, inbox({ id: 'a', at: 11 })).selectedId).toBe('a')
    expect(applyInbox(moved, inbox(null)).selectedId).toBe('b')
  })
  it('counts what is unread', () => expect(unreadCount(inbox(null).messages)).toBe(1))
  it('shows nothing for a message that is gone', () => {
    expect(shownMessage(inbox(null).messages, 'gone')).toBeNull()
    expect(shownMessage(inbox(null).messages, 'b')?.id).toBe('b')
  })
  it('moves with the arrow keys and stops at the ends', () => {
    const { messages } = inbox(null)
    expect(neighbourId(messages, null, 1)).toBe('a')
    expect(neighbourId(messages, 'a', 1)).toBe('b')
    expect(neighbourId(messages, 'b', 1)).toBe('b')
    expect(neighbourId(messages, 'a', -1)).toBe('a')
    expect(neighbourId([], 'a', 1)).toBeNull()
  })
})
