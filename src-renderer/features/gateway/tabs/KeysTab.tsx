/** Who may call: keys with their budgets and limits, and the people whose wallets pay. */
import { KeyRound } from 'lucide-react'
import { useRef, useState } from 'react'
import { useNow } from '../../../lib/clock.ts'
import { Button } from '../../../ui/button.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { addKey, change, copyText, refreshGateway, save } from '../actions.ts'
import { keyInput } from '../key-form.ts'
import { AccountForm, CreditForm } from '../parts/AccountForms.tsx'
import { AccountsCard } from '../parts/AccountsCard.tsx'
import { KeyForm, SecretDialog } from '../parts/KeyForm.tsx'
import { KeysCard } from '../parts/KeysCard.tsx'
import { Part, TabPage } from '../parts/Part.tsx'
import { useGateway, usePart } from '../store.ts'

type Asking =
  | { kind: 'add-key' | 'add-account' }
  | { kind: 'edit-key' | 'revoke' | 'credit' | 'disable'; id: string }
  | { kind: 'secret'; label: string; secret: string }
  | null

export function KeysTab() {
  const keys = usePart('keys')
  const accounts = usePart('accounts')
  const live = useGateway((state) => state.room?.link.kind === 'live')
  const now = useNow('minute')
  const [asking, setAsking] = useState<Asking>(null)
  const people = accounts.reading?.value ?? []
  return (
    <TabPage
      lead="A key is what a coding tool or another computer shows to be let in. Its calls are paid from the wallet of a person."
      action={<Button variant="primary" icon={<KeyRound aria-hidden />} disabled={keys.reading === null} onClick={() => setAsking({ kind: 'add-key' })}>Create key</Button>}
    >
      <Part name="the keys" reading={keys.reading} problem={keys.problem} live={live} onRetry={refreshGateway}>
        {(list) => <KeysCard keys={list} accounts={people} now={now} onEdit={(id) => setAsking({ kind: 'edit-key', id })} onRevoke={(id) => setAsking({ kind: 'revoke', id })} />}
      </Part>
      <Part name="the people" reading={accounts.reading} problem={accounts.problem} live={live} onRetry={refreshGateway}>
        {(list) => (
          <AccountsCard
            accounts={list}
            onAdd={() => setAsking({ kind: 'add-account' })}
            onCredit={(id) => setAsking({ kind: 'credit', id })}
            onDisable={(id) => setAsking({ kind: 'disable', id })}
            onEnable={(id) => void change('gateway.changeAccount', { id, disabled: false })}
          />
        )}
      </Part>
      <Asked asking={asking} now={now} onAsk={setAsking} />
    </TabPage>
  )
}

function Asked({ asking, now, onAsk }: { asking: Asking; now: number; onAsk: (asking: Asking) => void }) {
  const keys = usePart('keys').reading?.value ?? []
  const accounts = usePart('accounts').reading?.value ?? []
  if (asking === null) return null
  const close = (): void => onAsk(null)
  const key = 'id' in asking ? (keys.find((one) => one.id === asking.id) ?? null) : null
  const account = 'id' in asking ? (accounts.find((one) => one.id === asking.id) ?? null) : null
  switch (asking.kind) {
    case 'add-key':
      return (
        <NewKeyForm accounts={accounts} now={now} onClose={close} onMade={(label, secret) => onAsk({ kind: 'secret', label, secret })} />
      )
    case 'secret': return <SecretDialog label={asking.label} secret={asking.secret} onCopy={() => copyText(asking.secret)} onClose={close} />
    case 'edit-key': return key === null ? null : <KeyForm edited={key} accounts={accounts} now={now} onClose={close} onSave={(next) => save('gateway.changeKey', { id: key.id, ...keyInput(next) })} />
    case 'revoke':
      return key === null ? null : (
        <FormDialog
          danger
          title={`Revoke ${key.label}?`}
          description={`Whatever uses it is refused from now on. ${key.kind === 'key' ? 'This cannot be undone; make a new key instead.' : 'If it is the sign-in of this window, you have to sign in again.'}`}
          submit="Revoke"
          onSave={() => save('gateway.revokeKey', { id: key.id })}
          onClose={close}
        />
      )
    case 'add-account': return <AccountForm taken={accounts.map((one) => one.username)} onClose={close} onSave={(made) => save('gateway.addAccount', made)} />
    case 'credit': return account === null ? null : <CreditForm account={account} onClose={close} onSave={(amountMicro) => save('gateway.credit', { id: account.id, amountMicro })} />
    case 'disable':
      return account === null ? null : (
        <FormDialog danger title={`Disable ${account.displayName}?`} description="Sign-ins and keys of this person are refused until you let them in again. Nothing is deleted." submit="Disable" onClose={close} onSave={() => save('gateway.changeAccount', { id: account.id, disabled: true })} />
      )
  }
}

/** A form that closes into the secret of what it made. */
function NewKeyForm({ accounts, now, onClose, onMade }: { accounts: Parameters<typeof KeyForm>[0]['accounts']; now: number; onClose: () => void; onMade: (label: string, secret: string) => void }) {
  // The form closes from within the save it began: what that made must be readable there.
  const made = useRef<{ label: string; secret: string } | null>(null)
  return (
    <KeyForm
      edited={null}
      accounts={accounts}
      now={now}
      onClose={() => (made.current === null ? onClose() : onMade(made.current.label, made.current.secret))}
      onSave={async (key, accountId) => {
        const result = await addKey({ ...keyInput(key), ...(accountId === null ? {} : { accountId }) })
        if (result.ok) made.current = { label: key.label, secret: result.value.secret }
        return result
      }}
    />
  )
}
