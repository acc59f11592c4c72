/** The list above the message box: what `@` or `/` may mean here. The box keeps the focus. Props only. */
import { useEffect, useRef } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Spinner } from '../../../ui/spinner.tsx'
import type { Suggestion } from '../mention.ts'

export const suggestionId = (list: string, index: number): string => `${list}-${index}`

export function Suggestions({ id, label, suggestions, active, loading, onPick, onActive }: {
  id: string
  label: string
  suggestions: readonly Suggestion[]
  active: number
  loading: boolean
  onPick: (index: number) => void
  onActive: (index: number) => void
}) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => list.current?.children[active]?.scrollIntoView({ block: 'nearest' }), [active])
  return (
    <div className="absolute right-0 bottom-full left-0 z-40 mb-1.5 overflow-hidden rounded-xl border border-border bg-raised shadow-card">
      <ul ref={list} id={id} role="listbox" aria-label={label} className="max-h-[280px] overflow-y-auto p-1 empty:hidden">
        {suggestions.map((one, index) => (
          <li
            key={one.key}
            id={suggestionId(id, index)}
            role="option"
            aria-selected={index === active}
            // The box must not lose the focus to the list.
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => onActive(index)}
            onClick={() => onPick(index)}
            className={cx('flex cursor-default items-baseline gap-2.5 rounded-md px-2 py-1.5', index === active && 'bg-hover')}
          >
            <span className="max-w-[45%] shrink-0 truncate font-semibold">{one.label}</span>
            <span className="min-w-0 flex-1 truncate text-sm text-text-2">{one.detail}</span>
            <span className="shrink-0 text-sm text-text-3">{one.what}</span>
          </li>
        ))}
      </ul>
      {suggestions.length === 0 ? <p role="status" className="flex items-center gap-2 px-3 py-2 text-sm text-text-3">{loading ? <><Spinner /> Looking…</> : 'Nothing found'}</p> : null}
    </div>
  )
}
