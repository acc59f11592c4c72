/** The bar over every room: where one is, search, price mode with its countdown, and the balance. */
import { Search, Wallet } from 'lucide-react'
import type { Capability } from '../../src-shared/domain/account.ts'
import { useAccount } from '../features/account/store.ts'
import { navigate } from '../lib/route.ts'
import { useRoomTitle } from '../lib/room-title.ts'
import { AsOf } from '../ui/as-of.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Money } from '../ui/money.tsx'
import { PricePill } from './parts/PricePill.tsx'
import { clockText } from '../lib/time.ts'
import { PILL } from './parts/pill.ts'
import type { Room } from './rooms.tsx'

export function TopBar({ room, capabilities, onSearch }: { room: Room; capabilities: readonly Capability[]; onSearch: () => void }) {
  const shown = useRoomTitle((state) => state.shown)
  const price = useAccount((account) => account.price)
  const balance = useAccount((account) => account.balance)
  return (
    <header className="flex h-11 shrink-0 items-center gap-2.5 border-b border-border px-4">
      <div className="flex min-w-0 flex-1 items-baseline gap-2.5">
        <h1 className="truncate font-semibold">{shown?.title ?? room.name}</h1>
        {shown?.detail ? <p className="truncate text-text-2">{shown.detail}</p> : null}
      </div>
      <button type="button" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K" className={PILL}>
        <Search aria-hidden />
        <span className="max-[960px]:sr-only">Search or run</span>
        <span className="text-text-2"><Kbd>{SHORTCUT}</Kbd></span>
      </button>
      {capabilities.includes('pricing') ? <PricePill price={price} onOpen={() => navigate('home')} /> : null}
      {capabilities.includes('wallet') ? (
        <button type="button" onClick={() => navigate('account')} className={PILL} title={balance ? `as of ${clockText(balance.asOf)}` : 'The balance is not known yet'}>
          <Wallet aria-hidden />
          <span className="sr-only">Balance</span>
          <Money micro={balance?.value ?? null} unknown="balance not known yet" className="font-semibold" />
          <AsOf at={balance?.asOf ?? null} onlyStale />
        </button>
      ) : null}
    </header>
  )
}

const SHORTCUT = /Mac/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'
