/** Adds a person, and credit to a wallet. Props only. */
import { useState } from 'react'
import type { GatewayAccountView, NewAccount } from '../../../../src-shared/domain/gateway.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { formatMoney } from '../../../../src-shared/domain/money.ts'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { readMoney } from '../../../lib/amounts.ts'

/** The contract's largest credit at once (micro-dollars). */
const MOST = 1_000_000_000

export function AccountForm({ taken, onSave, onClose }: { taken: readonly string[]; onSave: (account: NewAccount) => Promise<Result<unknown>>; onClose: () => void }) {
  const [form, setForm] = useState({ displayName: '', username: '', password: '', credit: '5.00' })
  const [tried, setTried] = useState(false)
  const set = (part: Partial<typeof form>): void => setForm({ ...form, ...part })
  const credit = readMoney(form.credit)
  const problems = {
    displayName: form.displayName.trim() === '' ? 'How is the person called?' : null,
    username: !/^[a-z0-9][a-z0-9._-]{0,39}$/.test(form.username) ? 'Small letters, digits, dots, dashes.' : taken.includes(form.username) ? 'That name is taken.' : null,
    password: form.password.length < 8 ? 'At least 8 characters.' : null,
    credit: credit === undefined || (credit ?? 0) > MOST ? 'Dollars, at most 1,000.' : null,
  }
  const shown = tried ? problems : { displayName: null, username: null, password: null, credit: null }
  return (
    <FormDialog
      title="Add a person"
      description="Somebody with a wallet of their own, who signs in to this gateway with a name and a password."
      submit="Add person"
      onClose={onClose}
      onSave={() => {
        setTried(true)
        if (Object.values(problems).some((problem) => problem !== null)) return null
        return onSave({ username: form.username, displayName: form.displayName.trim(), password: form.password, creditMicro: credit ?? 0 })
      }}
    >
      <TextField label="Name" value={form.displayName} onChange={(displayName) => set({ displayName })} maxLength={100} error={shown.displayName} />
      <TextField mono label="Sign-in name" value={form.username} onChange={(username) => set({ username })} maxLength={40} error={shown.username} />
      <TextField type="password" label="Password" autoComplete="new-password" value={form.password} onChange={(password) => set({ password })} error={shown.password} />
      <TextField label="Credit to begin with, in dollars" inputMode="decimal" value={form.credit} onChange={(value) => set({ credit: value })} error={shown.credit} />
    </FormDialog>
  )
}

export function CreditForm({ account, onSave, onClose }: { account: GatewayAccountView; onSave: (amountMicro: number) => Promise<Result<unknown>>; onClose: () => void }) {
  const [text, setText] = useState('5.00')
  const [tried, setTried] = useState(false)
  const amount = readMoney(text)
  const usable = typeof amount === 'number' && amount > 0 && amount <= MOST
  return (
    <FormDialog
      title={`Add credit for ${account.displayName}`}
      description={`The balance is ${formatMoney(account.balanceMicro)}. This gateway is yours: its credit is practice money that counts what is used.`}
      submit={usable ? `Add ${formatMoney(amount)}` : 'Add credit'}
      onClose={onClose}
      onSave={() => {
        setTried(true)
        return usable ? onSave(amount) : null
      }}
    >
      <TextField label="Amount in dollars" inputMode="decimal" value={text} onChange={setText} error={tried && !usable ? 'Dollars above zero, at most 1,000.' : null} />
    </FormDialog>
  )
}
