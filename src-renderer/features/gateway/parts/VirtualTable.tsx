/** A table that can grow: only the rows in sight are drawn. Scrolls by keyboard, reads as a table. Props only. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type ReactNode } from 'react'
import { cx } from '../../../lib/classes.ts'

export interface Column<Row> {
  id: string
  name: string
  cell: (row: Row) => ReactNode
  /** Numbers stand at the right. */
  end?: boolean | undefined
}
export interface VirtualTableProps<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  /** The grid's columns, as a class. */
  grid: string
  /** Height of each row (px). */
  rowHeight: number
  keyOf: (row: Row, index: number) => string
  className?: string | undefined
}

export function VirtualTable<Row>({ label, rows, columns, grid, rowHeight, keyOf, className }: VirtualTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : keyOf(row, index)
    },
  })
  const end = (column: Column<Row>): string | false => column.end === true && 'text-right'
  return (
    <div ref={scroller} role="region" aria-label={label} tabIndex={0} className={cx('min-h-0 overflow-auto rounded-xl border border-border bg-raised -outline-offset-2', className)}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="min-w-[780px]">
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-border bg-raised">
          <div role="row" aria-rowindex={1} className={cx('grid items-center gap-x-3 px-[18px] py-2 text-sm font-medium text-text-3', grid)}>
            {columns.map((column) => <span key={column.id} role="columnheader" className={cx('truncate', end(column))}>{column.name}</span>)}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={cx('tabular absolute top-0 left-0 grid w-full items-center gap-x-3 border-b border-border px-[18px]', grid)}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {columns.map((column) => <span key={column.id} role="cell" className={cx('min-w-0', end(column))}>{column.cell(row)}</span>)}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
