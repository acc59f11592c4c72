/** The newest messages of the inbox. Props only. */
import type { InboxMessage } from '../../../../src-shared/domain/account.ts'
import { cx } from '../../../lib/classes.ts'
import { useNow } from '../../../lib/clock.ts'
import { whenText } from '../../../lib/time.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'

/** How many messages Home shows. */
const SHOWN = 4

export interface MessagesCardProps {
  loading: boolean
  messages: readonly InboxMessage[]
  asOf: number | null
  onOpen: (id: string) => void
  onAll: () => void
}

export function MessagesCard({ loading, messages, asOf, onOpen, onAll }: MessagesCardProps) {
  const now = useNow('minute')
  return (
    <Card title="Inbox" aside={<Button variant="ghost" size="sm" onClick={onAll} className="-my-1 -mr-2.5">All messages</Button>}>
      {loading ? <Skeleton className="h-[110px]" /> : null}
      {!loading && messages.length === 0 ? (
        <p className="border-t border-border py-6 text-text-2">{asOf === null ? '— The gateway has not told its messages yet.' : 'No messages.'}</p>
      ) : null}
      <ul>
        {messages.slice(0, SHOWN).map((message) => (
          <li key={message.id} className="border-t border-border">
            <button type="button" onClick={() => onOpen(message.id)} className="-mx-2 flex w-[calc(100%+16px)] items-center gap-2.5 rounded-md px-2 py-2 text-left hover:bg-hover">
              <span aria-hidden className={cx('size-[7px] shrink-0 rounded-full', message.read ? 'bg-transparent' : 'bg-accent')} />
              {message.read ? null : <span className="sr-only">Unread:</span>}
              <span className={cx('min-w-0 flex-1 truncate', !message.read && 'font-semibold')}>{message.title}</span>
              <span className="shrink-0 text-sm text-text-3">{message.audience === 'you' ? 'You' : 'Everyone'} · {whenText(message.sentAt, now)}</span>
            </button>
          </li>
        ))}
      </ul>
      {asOf !== null ? <p className="mt-2 text-sm"><AsOf at={asOf} /></p> : null}
    </Card>
  )
}
