/** A dialog with a form: saves with its button or Enter, stays open with the reason when that fails. What went wrong stands beside the button that was pressed. Props only. */
import { useId, useState, type ReactNode } from 'react'
import type { AppErrorData } from '../../src-shared/errors.ts'
import type { Result } from '../../src-shared/ipc/result.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'

export interface FormDialogProps {
  title: string
  description?: ReactNode
  /** What the button says. */
  submit: string
  danger?: boolean | undefined
  wide?: boolean | undefined
  /** null = the form shows what is wrong with it itself. */
  onSave: () => Promise<Result<unknown>> | null
  onClose: () => void
  children?: ReactNode
}

export function FormDialog({ title, description, submit, danger = false, wide, onSave, onClose, children }: FormDialogProps) {
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<AppErrorData | null>(null)
  const save = async (): Promise<void> => {
    const saving = onSave()
    if (saving === null) return
    setBusy(true)
    setFailed(null)
    const result = await saving
    setBusy(false)
    if (result.ok) onClose()
    else setFailed(result.error)
  }
  return (
    <Dialog
      open
      wide={wide}
      onClose={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>Cancel</Button>
          <Button variant={danger ? 'danger' : 'primary'} type="submit" form={id} busy={busy}>{submit}</Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        className="flex flex-col gap-3.5 empty:hidden"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void save()
        }}
      >
        {children}
        {failed ? <ErrorNote assertive error={failed} /> : null}
      </form>
    </Dialog>
  )
}
