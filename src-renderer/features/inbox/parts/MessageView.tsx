/** One message in full. Props only. */
import type { InboxMessage } from '../../../../src-shared/domain/account.ts'
import { useNow } from '../../../lib/clock.ts'
import { momentText } from '../../../lib/time.ts'
import { Markdown } from '../../../lib/markdown/render.tsx'
import { Badge } from '../../../ui/badge.tsx'

export function MessageView({ message }: { message: InboxMessage }) {
  const now = useNow('minute')
  return (
    <article aria-labelledby="message-title" className="min-h-0 overflow-y-auto px-9 py-7">
      <div className="mx-auto max-w-[680px]">
        <h2 id="message-title" className="text-xl font-semibold">{message.title}</h2>
        <p className="mt-1.5 flex items-center gap-2.5 text-sm text-text-3">
          <Badge tone={message.audience === 'you' ? 'accent' : 'neutral'}>{message.audience === 'you' ? 'To you' : 'To everyone'}</Badge>
          <time dateTime={new Date(message.sentAt).toISOString()}>{momentText(message.sentAt, now)}</time>
        </p>
        <Markdown text={message.body} className="mt-5" />
      </div>
    </article>
  )
}
