/** Wallet, price, usage, models and toolbox of the signed-in account, as main last told. State, pure changes, selectors. */
import { create } from 'zustand'
import type { AccountState } from '../../../src-shared/domain/account.ts'
import type { ToolboxChoice } from '../../../src-shared/domain/price.ts'

export interface AccountStore {
  account: AccountState
  /** False until main has told anything: then rooms show their loading look. */
  told: boolean
  /** A toolbox choice on its way to the gateway. */
  choosing: ToolboxChoice | null
}
export const emptyAccount: AccountState = {
  balance: null, spentToday: null, lastDays: null, recent: null, price: null, toolbox: null, models: null, problem: null, refreshing: false,
}
export const initialAccount: AccountStore = { account: emptyAccount, told: false, choosing: null }

export function applyAccount(state: AccountStore, account: AccountState): AccountStore {
  return { ...state, account, told: true }
}
export function beginChoice(state: AccountStore, choosing: ToolboxChoice): AccountStore {
  return { ...state, choosing }
}
export function endChoice(state: AccountStore): AccountStore {
  return { ...state, choosing: null }
}

export const useAccountStore = create<AccountStore>()(() => initialAccount)

/** One part of the account; the component draws again only when that part changes. */
export function useAccount<Part>(select: (account: AccountState) => Part): Part {
  return useAccountStore((state) => select(state.account))
}
