/** What the account's rooms ask of main. */
import { ask } from '../../bridge/ask.ts'
import { call } from '../../bridge/portico.ts'
import type { ToolboxChoice } from '../../../src-shared/domain/price.ts'
import { beginChoice, endChoice, useAccountStore } from './store.ts'

/** Reads everything anew; a failure arrives as the account's `problem`. */
export function refreshAccount(): void {
  void call('account.refresh', {})
}

/** Sets what to do in a surge; shown at once, taken back when the gateway refuses. */
export async function chooseToolbox(choice: ToolboxChoice): Promise<void> {
  useAccountStore.setState((state) => beginChoice(state, choice))
  await ask('account.setToolbox', { choice })
  useAccountStore.setState(endChoice)
}

export async function signOut(): Promise<void> {
  await ask('auth.signOut', {})
}
