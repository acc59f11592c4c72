/** Handlers of `inbox.*`. */
import type { InboxService } from '../../inbox/service.ts'
import type { HandlersOf } from '../handler-types.ts'

export function inboxHandlers(inbox: Pick<InboxService, 'refresh' | 'markRead'>): HandlersOf<'inbox'> {
  return {
    'inbox.refresh': async () => {
      await inbox.refresh()
      return null
    },
    'inbox.markRead': async ({ id }) => {
      await inbox.markRead(id)
      return null
    },
  }
}
