/** What the tray says: balance and price mode, from the newest readings. Pure. */
import type { AccountState, AuthState, InboxState } from '../../src-shared/domain/account.ts'
import { formatMoney, formatRate } from '../../src-shared/domain/money.ts'
import { millisecondsLeft, type PriceMode } from '../../src-shared/domain/price.ts'

const MODES: Readonly<Record<PriceMode, string>> = { surge: 'Surge price', standard: 'Standard price', reduced: 'Reduced price' }

export interface TrayText {
  tooltip: string
  lines: readonly string[]
  inboxLabel: string
}

export function trayText(auth: AuthState, account: AccountState, inbox: InboxState, now: number): TrayText {
  const unread = inbox.messages.filter((message) => !message.read).length
  const lines = auth.kind === 'signed-in' ? [balanceLine(account), priceLine(account, now)].filter((line) => line !== null) : ['Not signed in']
  return { tooltip: ['Portico', ...lines].join('\n'), lines, inboxLabel: unread > 0 ? `Inbox (${unread})` : 'Inbox' }
}

function balanceLine({ balance }: AccountState): string {
  return balance === null ? 'Balance unknown' : `Balance ${formatMoney(balance.value)}`
}

/** A price whose window is over says nothing any more. */
function priceLine({ price }: AccountState, now: number): string | null {
  if (price === null || millisecondsLeft(price.value, now) === 0) return null
  const { mode, rate } = price.value
  return `${MODES[mode]}: ${formatRate(rate.inputPerMillion)} in, ${formatRate(rate.outputPerMillion)} out per million tokens`
}
