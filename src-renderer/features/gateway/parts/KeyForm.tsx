/** Makes or changes a key; and shows a new one's secret, once. Props only. */
import { ClipboardCopy } from 'lucide-react'
import { useState } from 'react'
import type { GatewayAccountView, GatewayKeyView, GatewayScope, NewKey } from '../../../../src-shared/domain/gateway.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { Select } from '../../../ui/select.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { draftOfKey, EXPIRIES, keyProblems, readKey, type KeyDraft } from '../key-form.ts'
import { futureText, SCOPE_NAME } from '../logic.ts'
import { Checks } from './Checks.tsx'

const SCOPES = (['models', 'account', 'admin'] as const satisfies readonly GatewayScope[]).map((value) => ({ value, name: SCOPE_NAME[value] }))

export interface KeyFormProps {
  /** null = a new one. */
  edited: GatewayKeyView | null
  accounts: readonly GatewayAccountView[]
  /** Epoch ms. */
  now: number
  onSave: (key: Omit<NewKey, 'accountId'>, accountId: string | null) => Promise<Result<unknown>>
  onClose: () => void
}

export function KeyForm({ edited, accounts, now, onSave, onClose }: KeyFormProps) {
  const [draft, setDraft] = useState<KeyDraft>(draftOfKey(edited, accounts.find((account) => account.role === 'owner')?.id ?? accounts[0]?.id ?? null))
  const [tried, setTried] = useState(false)
  const problems = tried ? keyProblems(draft) : {}
  const set = (part: Partial<KeyDraft>): void => setDraft({ ...draft, ...part })
  const expiries = EXPIRIES.map(({ value, label }) => ({ value, label }))
  const end = edited?.expiresAt ?? null
  return (
    <FormDialog
      title={edited === null ? 'Create a key' : `Change ${edited.label}`}
      description={edited === null ? 'For a coding tool, or another computer. It is shown once, when it is made.' : undefined}
      submit={edited === null ? 'Create key' : 'Save'}
      onClose={onClose}
      onSave={() => {
        setTried(true)
        const key = readKey(draft, now, end)
        return key === null ? null : onSave(key, draft.accountId)
      }}
    >
      <TextField label="What it is for" value={draft.label} onChange={(label) => set({ label })} placeholder="Codex on the laptop" maxLength={100} error={problems.label ?? null} />
      <div className="grid grid-cols-2 gap-2.5">
        <div className="flex flex-col gap-1">
          <span aria-hidden className="text-sm font-medium text-text-2">Ends</span>
          <Select label="Ends" value={draft.expiry} options={end === null ? expiries : [{ value: 'keep', label: `As now: ${futureText(end, now)}` }, ...expiries]} onChange={(expiry) => set({ expiry })} />
        </div>
        {edited === null && accounts.length > 1 ? (
          <div className="flex flex-col gap-1">
            <span aria-hidden className="text-sm font-medium text-text-2">Whose wallet</span>
            <Select label="Whose wallet" value={draft.accountId} options={accounts.filter((account) => !account.disabled).map((account) => ({ value: account.id, label: account.displayName }))} onChange={(accountId) => set({ accountId })} />
          </div>
        ) : null}
      </div>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium text-text-2">Budgets in dollars; empty = none</legend>
        <div className="grid grid-cols-3 gap-2.5">
          <TextField label="A day" inputMode="decimal" placeholder="none" value={draft.day} onChange={(day) => set({ day })} error={problems.day ?? null} />
          <TextField label="A month" inputMode="decimal" placeholder="none" value={draft.month} onChange={(month) => set({ month })} error={problems.month ?? null} />
          <TextField label="In all" inputMode="decimal" placeholder="none" value={draft.total} onChange={(total) => set({ total })} error={problems.total ?? null} />
        </div>
      </fieldset>
      <Checks label="It may" options={SCOPES} chosen={draft.scopes} onChange={(scopes) => set({ scopes })} />
      {problems.scopes ? <p role="alert" className="-mt-2 text-sm text-bad">{problems.scopes}</p> : null}
      <details>
        <summary className="text-sm font-medium text-text-2">Limits</summary>
        <div className="mt-3 flex flex-col gap-3.5">
          <div className="grid grid-cols-2 gap-2.5">
            <TextField label="Requests a minute" inputMode="numeric" placeholder="no limit" value={draft.perMinute} onChange={(perMinute) => set({ perMinute })} error={problems.perMinute ?? null} />
            <TextField label="Requests at once" inputMode="numeric" placeholder="no limit" value={draft.concurrent} onChange={(concurrent) => set({ concurrent })} error={problems.concurrent ?? null} />
          </div>
          <TextField mono label="Only these models" placeholder="all" value={draft.models} onChange={(models) => set({ models })} hint="Exact, or with * for any text; parted by commas." />
          <TextField mono label="Only from these addresses" placeholder="anywhere the gateway is reached from" value={draft.cidrs} onChange={(cidrs) => set({ cidrs })} error={problems.cidrs ?? null} />
        </div>
      </details>
    </FormDialog>
  )
}

export function SecretDialog({ label, secret, onCopy, onClose }: { label: string; secret: string; onCopy: () => Promise<Result<unknown>>; onClose: () => void }) {
  const [copied, setCopied] = useState(false)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`The key for ${label}`}
      description="It is shown only now. The gateway keeps no copy that could be read."
      footer={
        <>
          <Button variant={copied ? 'primary' : 'ghost'} onClick={onClose}>{copied ? 'Done' : 'Close without copying'}</Button>
          {copied ? null : <Button variant="primary" icon={<ClipboardCopy aria-hidden />} data-first onClick={() => void onCopy().then((result) => setCopied(result.ok))}>Copy key</Button>}
        </>
      }
    >
      <output aria-label="Key" className="block rounded-lg border border-border bg-code px-3 py-2.5 font-mono text-sm break-all select-all">{secret}</output>
      <p role="status" className="mt-2 min-h-[18px] text-sm text-good">{copied ? 'Copied.' : ''}</p>
    </Dialog>
  )
}
