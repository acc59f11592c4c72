/** Sessions of other coding tools on this computer, to be taken over. Props only. */
import { useEffect, useState } from 'react'
import type { ForeignSessionView } from '../../../../src-shared/domain/session.ts'
import { momentText } from '../../../lib/time.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { TextField } from '../../../ui/text-field.tsx'

export interface ImportDialogProps {
  /** null = it could not be read; that was told already. */
  onList: () => Promise<readonly ForeignSessionView[] | null>
  onTake: (path: string) => Promise<boolean>
  onClose: () => void
  now: number
}

const NAME = { codex: 'Codex', claude: 'Claude Code' } as const
const SHOWN = 100

export function ImportDialog({ onList, onTake, onClose, now }: ImportDialogProps) {
  const [sessions, setSessions] = useState<readonly ForeignSessionView[] | null>(null)
  const [filter, setFilter] = useState('')
  const [taking, setTaking] = useState<string | null>(null)
  useEffect(() => {
    let live = true
    void onList().then((list) => {
      if (live) setSessions(list ?? [])
    })
    return () => {
      live = false
    }
  }, [onList])
  const wanted = filter.trim().toLowerCase()
  const found = sessions?.filter((session) => wanted === '' || `${session.title} ${session.folder}`.toLowerCase().includes(wanted)) ?? []
  const take = async (path: string): Promise<void> => {
    setTaking(path)
    const taken = await onTake(path)
    setTaking(null)
    if (taken) onClose()
  }
  return (
    <Dialog open wide onClose={onClose} title="Go on with a session of another tool" description="A copy is made; the other tool’s own files stay as they are." footer={<Button onClick={onClose}>Close</Button>}>
      {sessions === null ? <p className="flex items-center gap-2 text-text-2"><Spinner label="reading" /> Looking for sessions of Codex and Claude Code…</p> : null}
      {sessions?.length === 0 ? <p className="text-text-2">No sessions of Codex CLI or Claude Code were found on this computer.</p> : null}
      {sessions && sessions.length > 0 ? (
        <>
          <TextField label="Filter sessions" hideLabel placeholder={`Filter ${sessions.length} sessions`} value={filter} onChange={setFilter} className="mb-3" />
          <ul aria-label="Sessions of other tools" className="flex flex-col gap-1">
            {found.slice(0, SHOWN).map((session) => (
              <li key={session.path} className="flex items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-hover">
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{session.title || 'Untitled'}</span>
                  <span className="block truncate text-sm text-text-3" title={session.folder}>{session.folder || 'folder not known'} · {session.messages} {session.messages === 1 ? 'message' : 'messages'} · {momentText(session.updatedAt, now)}</span>
                </span>
                <Badge>{NAME[session.client]}</Badge>
                <Button size="sm" busy={taking === session.path} disabled={taking !== null} aria-label={`Take over ${session.title || 'Untitled'}`} onClick={() => void take(session.path)}>Take over</Button>
              </li>
            ))}
          </ul>
          {found.length > SHOWN ? <p className="mt-2 text-sm text-text-3">{found.length - SHOWN} more; filter to see them.</p> : null}
          {found.length === 0 ? <p className="text-text-3">None fits.</p> : null}
        </>
      ) : null}
    </Dialog>
  )
}
