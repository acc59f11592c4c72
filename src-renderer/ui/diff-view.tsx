/** A change to a file: line numbers, signs and colours; the signs carry the meaning. Props only. */
import { memo, useMemo } from 'react'
import { cx } from '../lib/classes.ts'
import { diffRows, type DiffRow } from '../lib/diff-rows.ts'

const LOOK = { same: 'text-text-2', add: 'bg-add', del: 'bg-del', skip: 'text-text-3' } as const
const SIGN = { same: ' ', add: '+', del: '-', skip: ' ' } as const
const SPOKEN = { same: '', add: 'added: ', del: 'removed: ', skip: '' } as const

export const DiffView = memo(function DiffView({ unified, truncated, className }: { unified: string; truncated: boolean; className?: string | undefined }) {
  const rows = useMemo(() => diffRows(unified), [unified])
  return (
    <div className={cx('overflow-auto rounded-lg border border-border bg-code font-mono text-[12.5px] leading-5', className)} tabIndex={0} role="group" aria-label="Changes">
      <div className="w-max min-w-full">
        {rows.map((row, index) => <Row key={index} row={row} />)}
        {truncated ? <p className="px-3 text-text-3">… the rest of the change is not shown</p> : null}
      </div>
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

export function DiffCounts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="tabular text-sm">
      <span className="text-good"><span aria-hidden>+{added}</span><span className="sr-only">{added} added</span></span>{' '}
      <span className="text-bad"><span aria-hidden>−{removed}</span><span className="sr-only">{removed} removed</span></span>
    </span>
  )
}
