/** Renaming a session, and its own limit of spending. Props only. */
import { useState } from 'react'
import type { SessionSummary } from '../../../../src-shared/domain/session.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { moneyText, readMoney } from '../../../lib/amounts.ts'

export function RenameDialog({ session, onClose, onRename }: { session: SessionSummary; onClose: () => void; onRename: (title: string) => void }) {
  const [title, setTitle] = useState(session.title)
  const clean = title.trim()
  const save = (): void => {
    if (clean === '') return
    onRename(clean)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Rename session"
      footer={<><Button onClick={onClose}>Cancel</Button><Button variant="primary" disabled={clean === ''} onClick={save}>Rename</Button></>}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextField label="Title" value={title} onChange={setTitle} maxLength={200} autoFocus />
      </form>
    </Dialog>
  )
}

export function LimitDialog({ session, onClose, onLimit }: { session: SessionSummary; onClose: () => void; onLimit: (budgetMicro: number | null) => void }) {
  const [text, setText] = useState(moneyText(session.budgetMicro))
  const read = readMoney(text)
  const wrong = read === undefined || read === 0
  const save = (): void => {
    if (wrong) return
    onLimit(read)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Spending limit of this session"
      description="A call that could pass it is not made. It goes before the limit for one session in Settings."
      footer={<><Button onClick={onClose}>Cancel</Button><Button variant="primary" disabled={wrong} onClick={save}>Save</Button></>}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextField label="Dollars" hint="Empty: as in Settings." error={wrong ? 'An amount such as 0.50' : undefined} value={text} onChange={setText} inputMode="decimal" autoFocus />
      </form>
    </Dialog>
  )
}
