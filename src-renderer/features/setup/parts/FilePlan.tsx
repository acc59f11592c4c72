/** What would become of one file: its change, or its keys with the reason for each. Props only. */
import { useState } from 'react'
import type { PlannedFile } from '../../../../src-shared/domain/setup.ts'
import { Badge, type Tone } from '../../../ui/badge.tsx'
import { DiffView } from '../../../ui/diff-view.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { count } from '../logic.ts'

const VIEWS = [{ value: 'diff', label: 'Diff' }, { value: 'keys', label: 'Keys and why' }] as const
const ACTION: Readonly<Record<PlannedFile['keys'][number]['action'], { tone: Tone; word: string }>> = {
  add: { tone: 'good', word: 'new' }, replace: { tone: 'warn', word: 'replaces' }, change: { tone: 'accent', word: 'changes' }, remove: { tone: 'bad', word: 'taken out' }, same: { tone: 'neutral', word: 'is so already' },
}

export function FilePlan({ file }: { file: PlannedFile }) {
  const [view, setView] = useState<'diff' | 'keys'>('diff')
  return (
    <section aria-label={file.shown} className="flex min-w-0 flex-col gap-2.5">
      <header className="flex flex-wrap items-center gap-2.5">
        <h3 className="min-w-0 truncate font-mono text-[12.5px] font-semibold">{file.shown}</h3>
        {file.ownedKeys.length > 0 ? <Badge>{file.ownedKeys.length === 1 ? '1 key is ours' : `${file.ownedKeys.length} keys are ours`}</Badge> : null}
        {file.exists ? <Badge>{file.keptLines === 1 ? '1 line stays byte for byte' : `${file.keptLines} lines stay byte for byte`}</Badge> : <Badge tone="accent">new file</Badge>}
        {file.secret ? <Badge tone="warn">holds the token · 0600</Badge> : null}
        {file.keys.length > 0 ? <Segmented label={`How to show ${file.shown}`} value={view} options={VIEWS} onChange={setView} className="ml-auto" /> : null}
      </header>
      {view === 'keys' ? <KeyTable file={file} /> : file.diff === '' ? <p className="rounded-lg border border-border bg-sunken px-3 py-2.5 text-base text-text-2">Nothing changes here: it is set up already.</p> : <DiffView unified={file.diff} truncated={false} className="max-h-[340px]" />}
      {file.notes.map((note) => <p key={note} className="text-sm text-text-2">{note}</p>)}
    </section>
  )
}

function KeyTable({ file }: { file: PlannedFile }) {
  return (
    <div className="relative overflow-x-auto rounded-lg border border-border" tabIndex={0} role="group" aria-label={`Keys of ${file.shown}`}>
      <table className="w-full text-left text-sm">
        <thead className="bg-sunken text-text-2">
          <tr>{['Key', '', 'Value', 'Before', 'Why'].map((head, index) => <th key={index} scope="col" className="px-3 py-1.5 font-medium">{head || <span className="sr-only">What happens</span>}</th>)}</tr>
        </thead>
        <tbody>
          {/* What is not there and shall not be says nothing. */}
          {file.keys.filter(({ action, value }) => action !== 'same' || value !== null).map((key) => (
            <tr key={`${key.key} ${key.action}`} className="border-t border-border align-top">
              <td className="px-3 py-1.5 font-mono break-all">{key.key}</td>
              <td className="px-3 py-1.5"><Badge tone={ACTION[key.action].tone}>{ACTION[key.action].word}</Badge></td>
              <td className="max-w-56 px-3 py-1.5 font-mono break-all">{key.value ?? '—'}</td>
              <td className="max-w-40 px-3 py-1.5 font-mono break-all text-text-2">{key.action === 'same' ? '—' : (key.before ?? '—')}</td>
              <td className="min-w-40 px-3 py-1.5 text-text-2">{key.why}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sr-only">{count(file.keys.length, 'key')}</p>
    </div>
  )
}
