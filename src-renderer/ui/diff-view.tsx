/** A change to a file, as one column or side by side: line numbers, signs and colours; the signs carry the meaning. The look chosen last holds for all of them. */
import { Columns2, Rows2 } from 'lucide-react'
import { memo, useMemo } from 'react'
import { create } from 'zustand'
import { cx } from '../lib/classes.ts'
import { diffRows, pairedRows, type DiffRow, type PairedRow, type Side } from '../lib/diff-rows.ts'
import { IconButton } from './icon-button.tsx'

const LOOK = { same: 'text-text-2', add: 'bg-add', del: 'bg-del', skip: 'text-text-3' } as const
const SIGN = { same: ' ', add: '+', del: '-', skip: ' ' } as const
const SPOKEN = { same: '', add: 'added: ', del: 'removed: ', skip: '' } as const

const useLook = create<{ beside: boolean }>()(() => ({ beside: false }))

export const DiffView = memo(function DiffView({ unified, truncated, className }: { unified: string; truncated: boolean; className?: string | undefined }) {
  const rows = useMemo(() => diffRows(unified), [unified])
  const beside = useLook((look) => look.beside)
  return (
    <div className="group/diff relative">
      <div className={cx('overflow-auto rounded-lg border border-border bg-code font-mono text-[12.5px] leading-5', className)} tabIndex={0} role="group" aria-label="Changes">
        {beside ? <Beside rows={rows} /> : <div className="w-max min-w-full">{rows.map((row, index) => <Row key={index} row={row} />)}</div>}
        {truncated ? <p className="px-3 text-text-3">… the rest of the change is not shown</p> : null}
      </div>
      <span className="absolute top-1 right-1.5 rounded-md border border-border bg-raised opacity-0 group-hover/diff:opacity-100 focus-within:opacity-100">
        <IconButton label={beside ? 'Show changes in one column' : 'Show changes side by side'} icon={beside ? <Rows2 aria-hidden /> : <Columns2 aria-hidden />} size="sm" onClick={() => useLook.setState({ beside: !beside })} />
      </span>
    </div>
  )
})

function Row({ row }: { row: DiffRow }) {
  return (
    <div className={cx('flex whitespace-pre', LOOK[row.kind])}>
      <span aria-hidden className="tabular w-11 shrink-0 pr-1.5 text-right text-text-3 select-none">{row.kind === 'skip' ? '…' : row.line}</span>
      <span aria-hidden className="w-4 shrink-0 select-none">{SIGN[row.kind]}</span>
      {SPOKEN[row.kind] ? <span className="sr-only">{SPOKEN[row.kind]}</span> : null}
      <span className="pr-3">{row.text || ' '}</span>
    </div>
  )
}

function Beside({ rows }: { rows: readonly DiffRow[] }) {
  const paired = useMemo(() => pairedRows(rows), [rows])
  return <div>{paired.map((row, index) => <Pair key={index} row={row} />)}</div>
}

function Pair({ row }: { row: PairedRow }) {
  if (row.kind === 'skip') return <p className="px-3 text-text-3">… {row.text}</p>
  return (
    <div className="grid grid-cols-2">
      <Half side={row.left} kind="del" />
      <Half side={row.right} kind="add" />
    </div>
  )
}

function Half({ side, kind }: { side: Side | null; kind: 'add' | 'del' }) {
  const look = side === null ? 'bg-sunken' : side.changed ? LOOK[kind] : LOOK.same
  return (
    <div className={cx('flex min-w-0', kind === 'add' && 'border-l border-border', look)}>
      <span aria-hidden className="tabular w-10 shrink-0 pr-1.5 text-right text-text-3 select-none">{side?.line ?? ''}</span>
      <span aria-hidden className="w-4 shrink-0 select-none">{side?.changed ? SIGN[kind] : ''}</span>
      {side?.changed ? <span className="sr-only">{SPOKEN[kind]}</span> : null}
      <span className="min-w-0 pr-2 whitespace-pre-wrap [overflow-wrap:anywhere]">{side === null ? '' : side.text || ' '}</span>
    </div>
  )
}

export function DiffCounts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="tabular text-sm">
      <span className="text-good"><span aria-hidden>+{added}</span><span className="sr-only">{added} added</span></span>{' '}
      <span className="text-bad"><span aria-hidden>−{removed}</span><span className="sr-only">{removed} removed</span></span>
    </span>
  )
}
