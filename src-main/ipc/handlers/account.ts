/** Handlers of `account.*`. */
import type { AccountService } from '../../account/service.ts'
import type { HandlersOf } from '../handler-types.ts'

export function accountHandlers(account: Pick<AccountService, 'refresh' | 'setToolbox'>): HandlersOf<'account'> {
  return {
    'account.refresh': () => account.refresh(),
    'account.setToolbox': async ({ choice }) => {
      await account.setToolbox(choice)
      return null
    },
  }
}
