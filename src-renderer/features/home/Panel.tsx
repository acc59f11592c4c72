/** Home: balance, price, toolbox, the last days, the latest messages. Comes with the shell's code. */
import { useAccount, useAccountStore } from '../account/store.ts'
import { chooseToolbox, refreshAccount } from '../account/actions.ts'
import { problemToShow } from '../account/logic.ts'
import { useInbox } from '../inbox/store.ts'
import { useHas } from '../onboarding/store.ts'
import { navigate } from '../../lib/route.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { nothingSpent } from './logic.ts'
import { BalanceCard } from './parts/BalanceCard.tsx'
import { DaysCard } from './parts/DaysCard.tsx'
import { MessagesCard } from './parts/MessagesCard.tsx'
import { PriceCard } from './parts/PriceCard.tsx'
import { StartCard } from './parts/StartCard.tsx'
import { ToolboxRow } from './parts/ToolboxRow.tsx'

export function HomePanel() {
  const told = useAccountStore((state) => state.told)
  const choosing = useAccountStore((state) => state.choosing)
  const account = useAccount((state) => state)
  const inbox = useInbox((state) => state.inbox)
  const inboxTold = useInbox((state) => state.told)
  const canChat = useHas('models')
  const has = { wallet: useHas('wallet'), usage: useHas('usage'), pricing: useHas('pricing'), toolbox: useHas('toolbox'), inbox: useHas('inbox') }
  const problem = problemToShow(account.problem)
  const loading = !told || (account.refreshing && account.balance === null && account.problem === null)
  return (
    <div className="mx-auto grid max-w-[1212px] grid-cols-[minmax(0,1fr)] gap-3.5 px-9 py-[18px] min-[880px]:grid-cols-[minmax(0,479fr)_minmax(0,647fr)]">
      {problem ? <ErrorNote error={problem} onRetry={refreshAccount} className="col-span-full" /> : null}
      {canChat && nothingSpent(account.lastDays?.value ?? null) ? <StartCard onStart={() => navigate('chat')} /> : null}
      {has.wallet ? (
        <BalanceCard
          loading={loading}
          balance={account.balance}
          today={has.usage ? account.spentToday : undefined}
          days={has.usage ? account.lastDays : undefined}
          refreshing={account.refreshing}
          onRefresh={refreshAccount}
          onReceipts={() => navigate('account')}
        />
      ) : null}
      {has.pricing ? (
        <PriceCard loading={loading} price={account.price}>
          {has.toolbox ? (
            <ToolboxRow
              choice={choosing ?? account.toolbox?.value ?? null}
              budgetModel={account.price?.value.budget?.model ?? null}
              busy={choosing !== null}
              onChoose={(choice) => void chooseToolbox(choice)}
            />
          ) : null}
        </PriceCard>
      ) : null}
      {has.usage ? <DaysCard loading={loading} days={account.lastDays} /> : null}
      {has.inbox ? (
        <MessagesCard loading={!inboxTold} messages={inbox.messages} asOf={inbox.asOf} onOpen={(id) => navigate('inbox', id)} onAll={() => navigate('inbox')} />
      ) : null}
    </div>
  )
}
