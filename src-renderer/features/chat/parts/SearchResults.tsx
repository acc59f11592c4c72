/** Where the words that were looked for were said. Props only. */
import type { HistoryHitView } from '../../../../src-shared/domain/session.ts'
import { momentText } from '../../../lib/time.ts'

export interface SearchResultsProps {
  /** null = still looking. */
  hits: readonly HistoryHitView[] | null
  now: number
  onOpen: (hit: HistoryHitView) => void
}

const WHO = { title: 'Title', user: 'You', assistant: 'Answer', tool: 'Tool' } as const

export function SearchResults({ hits, now, onOpen }: SearchResultsProps) {
  if (hits === null) return <p role="status" className="px-2 pt-3 text-sm text-text-3">Looking…</p>
  if (hits.length === 0) return <p role="status" className="px-2 pt-3 text-sm text-text-3">Nothing found.</p>
  return (
    <ul aria-label="Found" className="flex flex-col gap-0.5 pt-2">
      {hits.map((hit) => (
        <li key={`${hit.sessionId} ${hit.itemId ?? 'title'}`}>
          <button type="button" onClick={() => onOpen(hit)} className="w-full rounded-lg px-2 py-1.5 text-left hover:bg-hover focus-visible:-outline-offset-2">
            <span className="flex gap-2 text-xs text-text-3"><span className="min-w-0 flex-1 truncate font-semibold">{hit.title}</span><span className="tabular shrink-0">{momentText(hit.at, now)}</span></span>
            <span className="line-clamp-2 text-sm [overflow-wrap:anywhere]">
              <span className="text-text-3">{WHO[hit.kind]}: </span>
              {hit.snippet.map((part, index) => (part.hit ? <mark key={index} className="rounded-[3px] bg-accent-soft text-text">{part.text}</mark> : <span key={index}>{part.text}</span>))}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
