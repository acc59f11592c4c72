/** Renaming a session. Props only. */
import { useState } from 'react'
import type { SessionSummary } from '../../../../src-shared/domain/session.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'

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
