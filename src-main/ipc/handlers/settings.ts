/** Handlers of `settings.*`. */
import type { ParsedInput } from '../../../src-shared/ipc/contract.ts'
import type { HandlersOf } from '../handler-types.ts'

export function settingsHandlers(settings: { update(change: ParsedInput<'settings.update'>): Promise<void> }): HandlersOf<'settings'> {
  return {
    'settings.update': async (change) => {
      await settings.update(change)
      return null
    },
  }
}
