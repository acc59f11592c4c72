/** The people of this gateway: balance, what is reserved, what they spent. Props only. */
import { Ellipsis, Plus, UserCheck, UserX, Wallet } from 'lucide-react'
import type { GatewayAccountView } from '../../../../src-shared/domain/gateway.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Money } from '../../../ui/money.tsx'
import { BudgetBars } from './BudgetBars.tsx'

export interface AccountsCardProps {
  accounts: readonly GatewayAccountView[]
  onAdd: () => void
  onCredit: (id: string) => void
  onDisable: (id: string) => void
  onEnable: (id: string) => void
}

export function AccountsCard({ accounts, onAdd, onCredit, onDisable, onEnable }: AccountsCardProps) {
  return (
    <Card title="People" aside={<Button size="sm" icon={<Plus aria-hidden />} onClick={onAdd}>Add a person</Button>}>
      <ul className="divide-y divide-border">
        {accounts.map((account) => (
          <li key={account.id} aria-label={account.displayName} className="grid grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_minmax(0,0.8fr)_30px] items-center gap-4 py-2.5">
            <div className="min-w-0">
              <p className="flex items-center gap-2.5"><span className="truncate font-semibold">{account.displayName}</span>{account.role === 'owner' ? <Badge tone="accent">owner</Badge> : null}{account.disabled ? <Badge tone="bad">disabled</Badge> : null}</p>
              <p className="truncate font-mono text-sm text-text-3">{account.username}</p>
            </div>
            <BudgetBars budgets={account.budgets} spent={account.spent} />
            <p className="text-sm text-text-3">
              <Money micro={account.balanceMicro} className="block text-base font-semibold text-text" />
              {account.reservedMicro > 0 ? <>of it <Money micro={account.reservedMicro} /> held for running calls</> : 'balance'}
            </p>
            <Menu
              trigger={<IconButton label={`More for ${account.displayName}`} icon={<Ellipsis aria-hidden />} />}
              items={[
                { id: 'credit', label: 'Add credit…', icon: <Wallet aria-hidden />, onSelect: () => onCredit(account.id) },
                ...(account.role === 'owner' ? [] : [account.disabled
                  ? { id: 'enable', label: 'Let in again', icon: <UserCheck aria-hidden />, onSelect: () => onEnable(account.id) }
                  : { id: 'disable', label: 'Disable…', icon: <UserX aria-hidden />, danger: true, onSelect: () => onDisable(account.id) }]),
              ]}
            />
          </li>
        ))}
      </ul>
    </Card>
  )
}
