/** Places the toasts under the top bar, at the right, where they cover no composer or approval. Good news leaves by itself; a failure stays until it is dismissed. */
import { useEffect } from 'react'
import { dismissToast, useToasts, type ToastNote } from '../lib/toasts.ts'
import { Toast } from '../ui/toast.tsx'

/** Time to read a note that is not a failure (ms). */
const READ_TIME = 6_000

export function Toasts() {
  const notes = useToasts((state) => state.notes)
  if (notes.length === 0) return null
  return (
    <div role="region" aria-label="Notes" className="fixed top-14 right-4 z-50 flex flex-col gap-2">
      {notes.map((note) => <TimedToast key={note.id} note={note} />)}
    </div>
  )
}

function TimedToast({ note }: { note: ToastNote }) {
  const stays = note.tone === 'bad'
  useEffect(() => {
    if (stays) return
    const timer = setTimeout(() => dismissToast(note.id), note.action?.stays ?? READ_TIME)
    return () => clearTimeout(timer)
  }, [note.id, note.action, stays])
  const { action } = note
  const act = (): void => {
    dismissToast(note.id)
    action?.run()
  }
  return <Toast tone={note.tone} title={note.title} detail={note.detail} action={action ? { label: action.label, onAct: act } : undefined} onClose={() => dismissToast(note.id)} />
}
