/** Account: who is signed in, to which gateway, where the token lives, the newest receipts, and the way out. */
import { useState } from 'react'
import { useHas, useSignedIn } from '../onboarding/store.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { refreshAccount, signOut } from './actions.ts'
import { problemToShow } from './logic.ts'
import { ReceiptsTable } from './parts/ReceiptsTable.tsx'
import { SignOutDialog } from './parts/SignOutDialog.tsx'
import { WhoCard } from './parts/WhoCard.tsx'
import { useAccount } from './store.ts'

export function AccountPanel() {
  const [leaving, setLeaving] = useState<'no' | 'asked' | 'going'>('no')
  const auth = useSignedIn()
  const recent = useAccount((account) => account.recent)
  const balance = useAccount((account) => account.balance)
  const problem = useAccount((account) => problemToShow(account.problem))
  const hasUsage = useHas('usage')
  if (auth === null) return null
  return (
    <div className="mx-auto flex max-w-[960px] flex-col gap-3.5 px-9 py-[18px]">
      {problem ? <ErrorNote error={problem} onRetry={refreshAccount} /> : null}
      <WhoCard auth={auth} balance={balance} onSignOut={() => setLeaving('asked')} />
      {hasUsage ? (
        <Card title="Newest receipts" aside={<AsOf at={recent?.asOf ?? null} />}>
          <ReceiptsTable entries={recent?.value ?? null} />
        </Card>
      ) : null}
      {leaving === 'no' ? null : (
        <SignOutDialog
          busy={leaving === 'going'}
          onClose={() => setLeaving('no')}
          onSignOut={() => {
            setLeaving('going')
            void signOut().then(() => setLeaving('no'))
          }}
        />
      )}
    </div>
  )
}
