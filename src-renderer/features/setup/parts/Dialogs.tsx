/** The ways back: undoing a setup, and putting a backup back. Props only but for asking main. */
import { useEffect, useState } from 'react'
import type { Backup, ClientView, RevertedClient } from '../../../../src-shared/domain/setup.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { count } from '../logic.ts'

export function RevertDialog({ client, onRevert, onClose }: { client: ClientView; onRevert: () => Promise<Result<readonly RevertedClient[]>>; onClose: () => void }) {
  const [state, setState] = useState<{ kind: 'asking' | 'working' } | { kind: 'done'; reverted: RevertedClient } | { kind: 'failed'; error: AppErrorData }>({ kind: 'asking' })
  const run = async (): Promise<void> => {
    setState({ kind: 'working' })
    const result = await onRevert()
    const [reverted] = result.ok ? result.value : []
    if (!result.ok) setState({ kind: 'failed', error: result.error })
    else if (reverted?.error) setState({ kind: 'failed', error: reverted.error })
    else if (reverted) setState({ kind: 'done', reverted })
  }
  const isOver = state.kind === 'done' || state.kind === 'failed'
  return (
    <Dialog
      open title={`Undo the setup of ${client.name}`} onClose={onClose}
      footer={isOver ? <Button variant="primary" onClick={onClose}>Close</Button> : <><Button onClick={onClose}>Keep it</Button><Button variant="primary" data-first busy={state.kind === 'working'} onClick={() => void run()}>Undo setup</Button></>}
    >
      {state.kind === 'failed' ? <ErrorNote error={state.error} assertive /> : state.kind === 'done' ? <RevertResult reverted={state.reverted} /> : (
        <div className="flex flex-col gap-2 text-base text-text-2">
          <p>{count(client.ownedKeys, 'key')} that Portico wrote go, and what stood there before comes back. Everything else in the file stays, also what you or other programs changed since.</p>
          <p>A backup of the file as it is now is kept.</p>
        </div>
      )}
    </Dialog>
  )
}

function RevertResult({ reverted }: { reverted: RevertedClient }) {
  const left = reverted.files.flatMap((file) => file.left.map((key) => ({ key, file: file.shown })))
  return (
    <div role="status" className="flex flex-col gap-2 text-base">
      <p>{reverted.outcome === 'unchanged' ? 'Nothing of Portico’s was left in its files.' : 'Portico’s keys are out.'}</p>
      <ul className="text-sm text-text-2">{reverted.files.map((file) => <li key={file.path} className="font-mono text-xs leading-5">{file.shown}: {file.deleted ? 'removed, because Portico made it' : file.changed ? 'put back' : 'unchanged'}</li>)}</ul>
      {left.length > 0 ? (
        <div className="rounded-lg bg-warn-soft px-3 py-2 text-sm">
          <p className="font-semibold">Left, because somebody changed them since:</p>
          <ul>{left.map(({ key, file }) => <li key={`${file} ${key}`} className="font-mono text-xs leading-5">{key} in {file}</li>)}</ul>
        </div>
      ) : null}
    </div>
  )
}

const REASON: Readonly<Record<Backup['reason'], string>> = { apply: 'before it was set up', revert: 'before the setup was undone', restore: 'before a backup was put back' }

export function BackupsDialog({ client, load, onRestore, onClose }: { client: ClientView; load: () => Promise<Result<readonly Backup[]>>; onRestore: (id: string) => Promise<boolean>; onClose: () => void }) {
  const [found, setFound] = useState<Result<readonly Backup[]> | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  useEffect(() => {
    let isShown = true
    void load().then((result) => {
      if (isShown) setFound(result)
    })
    return () => {
      isShown = false
    }
  }, [load])
  const put = async (id: string): Promise<void> => {
    setBusy(id)
    const isDone = await onRestore(id)
    setBusy(null)
    if (isDone) onClose()
  }
  return (
    <Dialog open wide title={`Backups of ${client.name}’s files`} description="Ten are kept of each file, readable by you alone. Putting one back keeps what is there now as a backup too." onClose={onClose}>
      {found === null ? <Skeleton className="h-24 w-full" /> : !found.ok ? <ErrorNote error={found.error} /> : found.value.length === 0 ? <p className="text-base text-text-2">None yet: Portico has changed none of its files.</p> : (
        <ul className="flex flex-col">
          {found.value.map((backup) => (
            <li key={backup.id} className="flex items-center gap-3 border-b border-border py-2 last:border-0">
              <div className="min-w-0 flex-1">
                <p className="truncate font-mono text-xs leading-5">{backup.shown}</p>
                <p className="tabular text-sm text-text-2">{new Date(backup.at).toLocaleString()} · {REASON[backup.reason]} · {backup.bytes.toLocaleString('en-US')} bytes</p>
              </div>
              <Button size="sm" busy={busy === backup.id} disabled={busy !== null && busy !== backup.id} onClick={() => void put(backup.id)}>Put back</Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
