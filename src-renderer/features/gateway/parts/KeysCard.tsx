/** The keys that can call: what each may do, what it spent, when it ends. Props only. */
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { GatewayAccountView, GatewayKeyView } from '../../../../src-shared/domain/gateway.ts'
import { cx } from '../../../lib/classes.ts'
import { momentText } from '../../../lib/time.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { expiryWords, KEY_KIND } from '../logic.ts'
import { BudgetBars } from './BudgetBars.tsx'

export interface KeysCardProps {
  keys: readonly GatewayKeyView[]
  accounts: readonly GatewayAccountView[]
  /** Epoch ms. */
  now: number
  onEdit: (id: string) => void
  onRevoke: (id: string) => void
}

export function KeysCard({ keys, accounts, now, onEdit, onRevoke }: KeysCardProps) {
  const several = accounts.length > 1
  return (
    <Card title="Keys">
      {keys.length === 0 ? <p className="py-1 text-text-2">No keys yet. A key lets a coding tool or another computer call through this gateway.</p> : (
        <ul className="divide-y divide-border">
          {keys.map((key) => {
            const account = accounts.find((one) => one.id === key.accountId)
            const end = expiryWords(key, now)
            return (
              <li key={key.id} aria-label={key.label} className="grid grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_minmax(0,0.8fr)_30px] items-center gap-4 py-2.5">
                <div className="min-w-0">
                  <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1"><span className="truncate font-semibold">{key.label}</span><Badge>{KEY_KIND[key.kind]}</Badge>{key.scopes.includes('admin') ? <Badge tone="warn">looks after the gateway</Badge> : null}</p>
                  <p className="truncate text-sm text-text-3"><span className="font-mono">{key.hint.replace(/…$/, '')}…</span>{several ? ` · ${account?.displayName ?? key.accountId}` : ''}{limitText(key)}</p>
                </div>
                <BudgetBars budgets={key.budgets} spent={key.spent} />
                <p className="tabular text-sm text-text-3">
                  <span className={cx('block', end.tone === 'bad' ? 'text-bad' : end.tone === 'warn' ? 'text-warn' : 'text-text-2')}>{end.text}</span>
                  {key.lastUsedAt === null ? 'never used' : `used ${momentText(key.lastUsedAt, now)}`}
                </p>
                {key.kind === 'local' ? <span /> : (
                  <Menu
                    trigger={<IconButton label={`More for ${key.label}`} icon={<Ellipsis aria-hidden />} />}
                    items={[
                      { id: 'edit', label: 'Change…', icon: <Pencil aria-hidden />, disabled: key.kind === 'login', onSelect: () => onEdit(key.id) },
                      { id: 'revoke', label: 'Revoke…', icon: <Trash2 aria-hidden />, danger: true, onSelect: () => onRevoke(key.id) },
                    ]}
                  />
                )}
              </li>
            )
          })}
        </ul>
      )}
    </Card>
  )
}

/** " · 60 a minute · 2 at once · 3 models · 1 address range"; empty without limits. */
function limitText({ limits, models, cidrs }: GatewayKeyView): string {
  const parts: string[] = []
  if (limits.requestsPerMinute !== null) parts.push(`${limits.requestsPerMinute} a minute`)
  if (limits.concurrent !== null) parts.push(`${limits.concurrent} at once`)
  if (models !== null) parts.push(models.length === 1 ? (models[0] ?? '') : `${models.length} models`)
  if (cidrs !== null) parts.push(`${cidrs.length} address ${cidrs.length === 1 ? 'range' : 'ranges'}`)
  return parts.map((part) => ` · ${part}`).join('')
}
