/** What the gateway writes down about itself, newest at the end; by level, and to copy. */
import { ClipboardCopy, ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { GatewayLogLine } from '../../../../src-shared/domain/gateway.ts'
import { useNow } from '../../../lib/clock.ts'
import { momentText } from '../../../lib/time.ts'
import { showToast } from '../../../lib/toasts.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { copyText } from '../actions.ts'
import { digits } from '../../../lib/amounts.ts'
import { fieldsText, LEVEL_FILTERS, LEVEL_TONE, lineText, shownLines, type LevelFilter } from '../logic.ts'
import { VirtualTable, type Column } from '../parts/VirtualTable.tsx'
import { useGateway } from '../store.ts'

const GRID = 'grid-cols-[104px_72px_minmax(160px,1fr)_minmax(260px,3fr)]'
const LEVEL = { info: 'info', warn: 'warning', error: 'error' } as const
const columns = (now: number): readonly Column<GatewayLogLine>[] => [
  { id: 'at', name: 'When', cell: (line) => <span className="text-sm text-text-2">{momentText(line.at, now)}</span> },
  { id: 'level', name: 'Level', cell: (line) => <Badge tone={LEVEL_TONE[line.level]}>{LEVEL[line.level]}</Badge> },
  { id: 'event', name: 'What', cell: (line) => <span className="block truncate font-mono text-sm font-semibold">{line.event}</span> },
  { id: 'fields', name: 'More', cell: (line) => <span className="block truncate font-mono text-sm text-text-2" title={fieldsText(line)}>{fieldsText(line)}</span> },
]

export function LogTab() {
  const lines = useGateway((state) => state.lines)
  const listed = useGateway((state) => state.listed)
  const now = useNow('minute')
  const [level, setLevel] = useState<LevelFilter>('info')
  const shown = shownLines(lines, level).toReversed()
  const copy = async (): Promise<void> => {
    const result = await copyText(shown.toReversed().map(lineText).join('\n'))
    if (result.ok) showToast({ tone: 'good', title: `${digits(shown.length)} ${shown.length === 1 ? 'line' : 'lines'} copied` })
  }
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-[1140px] flex-1 flex-col gap-3.5 px-9 py-[18px] max-[960px]:px-4">
      <div className="flex items-center gap-3">
        <Segmented label="Level" value={level} options={LEVEL_FILTERS} onChange={setLevel} />
        <p className="text-sm text-text-3">Newest first. No prompts, no answers, no keys.</p>
        <Button className="ml-auto" icon={<ClipboardCopy aria-hidden />} disabled={shown.length === 0} onClick={() => void copy()}>Copy lines</Button>
      </div>
      {!listed ? <div role="status" aria-label="Reading the log" className="flex flex-col gap-2"><Skeleton className="h-10 rounded-xl" /><Skeleton className="h-40 rounded-xl" /></div> : shown.length === 0 ? (
        <EmptyState icon={<ScrollText aria-hidden />} title={lines.length === 0 ? 'Nothing written yet' : 'None of that level'}>{lines.length === 0 ? 'What the gateway does is noted here as it happens.' : 'That is good news.'}</EmptyState>
      ) : <VirtualTable label="Log" rows={shown} columns={columns(now)} grid={GRID} rowHeight={34} keyOf={(line, index) => `${line.at} ${line.event} ${shown.length - index}`} className="flex-1" />}
    </div>
  )
}
