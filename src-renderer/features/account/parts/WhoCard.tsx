/** Who is signed in and where. Props only. */
import { LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import type { AuthState, Reading } from '../../../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../../../src-shared/domain/money.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Money } from '../../../ui/money.tsx'

export interface WhoCardProps {
  auth: Extract<AuthState, { kind: 'signed-in' }>
  balance: Reading<MicroDollars> | null
  onSignOut: () => void
}

export function WhoCard({ auth, balance, onSignOut }: WhoCardProps) {
  return (
    <Card>
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="truncate text-xl font-semibold">{auth.account.name}</h2>
          {auth.account.email ? <p className="truncate text-text-2">{auth.account.email}</p> : null}
        </div>
        <Button icon={<LogOut aria-hidden />} onClick={onSignOut}>Sign out</Button>
      </div>
      <dl className="mt-4 grid grid-cols-[max-content_minmax(0,1fr)] gap-x-8 gap-y-2">
        <Fact name="Gateway">{auth.systemName} {auth.baseUrl ? <span className="ml-1.5 font-mono text-sm text-text-3">{auth.baseUrl}</span> : null}</Fact>
        <Fact name="Balance"><Money micro={balance?.value ?? null} unknown="The balance is not known yet" className="font-semibold" /> <AsOf at={balance?.asOf ?? null} className="ml-1.5 text-sm" /></Fact>
        <Fact name="Token">
          {auth.tokenStore === 'keychain'
            ? <><Badge tone="good">System keychain</Badge> <span className="ml-1.5 text-text-2">and nowhere else</span></>
            : <><Badge tone="warn">In memory</Badge> <span className="ml-1.5 text-text-2">no keychain: gone when Portico quits</span></>}
        </Fact>
      </dl>
    </Card>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  )
}
