/** The files that a turn changed: what, by how much, undo and redo a file or all. Asks main itself, because only it knows how the files are now. */
import { Redo2, Undo2 } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { ChangedFileView, FileDiff, UndoneFile } from '../../../../src-shared/domain/session.ts'
import { Button } from '../../../ui/button.tsx'
import { DiffCounts, DiffView } from '../../../ui/diff-view.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { fileDiff, filesOf, undoFiles } from '../actions.ts'
import { leftAloneText, stateText } from '../logic.ts'

export interface ChangedFilesProps {
  sessionId: string
  turnId: string
  count: number
  /** False while a turn runs: files must not be pulled from under it. */
  idle: boolean
}

export function ChangedFiles({ sessionId, turnId, count, idle }: ChangedFilesProps) {
  const [open, setOpen] = useState(false)
  return (
    <div className="w-full">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="rounded-md text-sm text-text-2 underline decoration-border-strong underline-offset-2 hover:text-text">
        {count} {count === 1 ? 'file' : 'files'} changed
      </button>
      {open ? <FileList sessionId={sessionId} turnId={turnId} idle={idle} /> : null}
    </div>
  )
}

function FileList({ sessionId, turnId, idle }: Omit<ChangedFilesProps, 'count'>) {
  const [files, setFiles] = useState<readonly ChangedFileView[] | null>(null)
  const [left, setLeft] = useState<readonly UndoneFile[]>([])
  const read = useCallback(async (): Promise<void> => setFiles(await filesOf(sessionId, turnId, false)), [sessionId, turnId])
  useEffect(() => void read(), [read])
  const act = async (way: 'undo' | 'redo', file: string | null, force = false): Promise<void> => {
    const done = await undoFiles(way, { sessionId, turnId, file, onwards: false, force })
    setLeft(done.filter((one) => one.why !== null))
    await read()
  }
  if (files === null) return <p role="status" className="mt-2 text-sm text-text-3">Looking…</p>
  const undone = files.length > 0 && files.every((one) => one.state === 'undone')
  return (
    <section aria-label="Changed files" className="mt-2 overflow-hidden rounded-xl border border-border bg-raised text-base text-text">
      <ul>{files.map((file) => <FileRow key={file.file} file={file} idle={idle} onAct={act} />)}</ul>
      <footer className="flex items-center gap-2 border-t border-border px-3 py-2">
        <p role="status" className="min-w-0 flex-1 text-sm text-warn">{left.length > 0 ? leftAloneText(left) : ''}</p>
        {left.some((one) => one.why === 'changed-since') ? <Button size="sm" variant="danger" disabled={!idle} onClick={() => void act('undo', null, true)}>Undo these too</Button> : null}
        {undone ? <Button size="sm" disabled={!idle} icon={<Redo2 aria-hidden />} onClick={() => void act('redo', null)}>Redo all</Button> : <Button size="sm" disabled={!idle} icon={<Undo2 aria-hidden />} onClick={() => void act('undo', null)}>Undo all</Button>}
      </footer>
    </section>
  )
}

function FileRow({ file, idle, onAct }: { file: ChangedFileView; idle: boolean; onAct: (way: 'undo' | 'redo', file: string) => Promise<void> }) {
  const [diff, setDiff] = useState<FileDiff | null>(null)
  const undone = file.state === 'undone'
  return (
    <li className="border-b border-border px-3 py-2 last:border-b-0">
      <div className="flex items-center gap-3">
        <button type="button" aria-expanded={diff !== null} onClick={() => (diff === null ? void fileDiff(file.turnId, file.file).then(setDiff) : setDiff(null))} className="min-w-0 flex-1 truncate rounded-md text-left font-mono text-sm hover:underline" title={file.file}>{file.file}</button>
        <DiffCounts added={file.added} removed={file.removed} />
        <span className={undone ? 'text-sm text-text-3' : 'text-sm text-text-2'}>{stateText(file)}</span>
        <Button
          size="sm"
          variant="ghost"
          disabled={!idle || !file.kept}
          icon={undone ? <Redo2 aria-hidden /> : <Undo2 aria-hidden />}
          aria-label={`${undone ? 'Redo' : 'Undo'} ${file.file}`}
          onClick={() => void onAct(undone ? 'redo' : 'undo', file.file)}
        >
          {undone ? 'Redo' : 'Undo'}
        </Button>
      </div>
      {diff === null ? null : <DiffView unified={diff.unified} truncated={diff.truncated} className="mt-2 max-h-80" />}
    </li>
  )
}

/** Going back to a prompt: the files, the conversation, or both, with what would happen to each file shown first. */
export function BackDialog({ sessionId, turnId, onBack, onClose }: { sessionId: string; turnId: string; onBack: (parts: { files: boolean; force: boolean; talk: boolean }) => Promise<void>; onClose: () => void }) {
  const [files, setFiles] = useState<readonly ChangedFileView[] | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => void filesOf(sessionId, turnId, true).then(setFiles), [sessionId, turnId])
  const open = files?.filter((file) => file.state !== 'undone') ?? []
  // Of one file the newest change says whether it is as Portico left it.
  const names = [...new Set(open.map((file) => file.file))]
  const others = new Set(open.filter((file) => file.state === 'changed-since').map((file) => file.file))
  const go = async (parts: { files: boolean; force: boolean; talk: boolean }): Promise<void> => {
    setBusy(true)
    await onBack(parts)
    onClose()
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Go back to before this message?"
      description="Files can be put back as they were then, and the conversation goes on from there in a session of its own. Both can be taken back: this session stays."
      footer={
        <>
          <Button variant="ghost" disabled={busy} onClick={() => void go({ files: false, force: false, talk: true })}>Conversation only</Button>
          <Button disabled={busy || names.length === 0} onClick={() => void go({ files: true, force: false, talk: false })}>Files only</Button>
          <Button variant="primary" data-first busy={busy} disabled={names.length === 0} onClick={() => void go({ files: true, force: false, talk: true })}>Files and conversation</Button>
        </>
      }
    >
      {files === null ? <p role="status" className="text-text-3">Looking…</p> : null}
      {files !== null && names.length === 0 ? <p className="text-text-2">No file was changed since then.</p> : null}
      {names.length > 0 ? (
        <ul aria-label="Files" className="flex flex-col gap-1">
          {names.map((name) => (
            <li key={name} className="flex gap-3 text-base">
              <code className="min-w-0 flex-1 truncate font-mono text-sm" title={name}>{name}</code>
              <span className={others.has(name) ? 'text-sm text-warn' : 'text-sm text-text-3'}>{others.has(name) ? 'somebody else changed it since: it stays' : 'is put back'}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </Dialog>
  )
}
