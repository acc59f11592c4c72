/** The list of messages, newest first; arrow keys move in it. Props only. */
import type { KeyboardEvent } from 'react'
import type { InboxMessage } from '../../../../src-shared/domain/account.ts'
import { cx } from '../../../lib/classes.ts'
import { useNow } from '../../../lib/clock.ts'
import { whenText } from '../../../lib/time.ts'
import { neighbourId } from '../logic.ts'

export interface MessageListProps {
  messages: readonly InboxMessage[]
  selectedId: string | null
  onSelect: (id: string) => void
}

export function MessageList({ messages, selectedId, onSelect }: MessageListProps) {
  const now = useNow('minute')
  const onKey = (event: KeyboardEvent<HTMLUListElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (step === null) return
    event.preventDefault()
    const id = neighbourId(messages, selectedId, step)
    if (id === null) return
    onSelect(id)
    event.currentTarget.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`)?.focus()
  }
  return (
    <ul onKeyDown={onKey} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      {messages.map((message) => (
        <li key={message.id}>
          <button
            type="button"
            data-message={message.id}
            aria-current={message.id === selectedId ? 'true' : undefined}
            onClick={() => onSelect(message.id)}
            className={cx('flex w-full items-start gap-2.5 rounded-lg px-2.5 py-2 text-left outline-offset-[-2px]', message.id === selectedId ? 'bg-hover' : 'hover:bg-hover')}
          >
            <span aria-hidden className={cx('mt-[7px] size-[7px] shrink-0 rounded-full', message.read ? 'bg-transparent' : 'bg-accent')} />
            <span className="min-w-0 flex-1">
              {message.read ? null : <span className="sr-only">Unread: </span>}
              <span className={cx('block truncate', !message.read && 'font-semibold')}>{message.title}</span>
              <span className="block text-sm text-text-2">{message.audience === 'you' ? 'You' : 'Everyone'} · {whenText(message.sentAt, now)}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
