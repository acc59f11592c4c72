/** The newest model calls as they happen: state, model and upstream, first byte, duration, tokens, cost. Never what was asked or answered. */
import { Activity } from 'lucide-react'
import { useState } from 'react'
import type { GatewayRequest } from '../../../../src-shared/domain/gateway.ts'
import { useNow } from '../../../lib/clock.ts'
import { clockText, whenText } from '../../../lib/time.ts'
import { Badge } from '../../../ui/badge.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Money } from '../../../ui/money.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { digits, durationText } from '../../../lib/amounts.ts'
import { shownRequests, STATE_FILTERS, STATE_WORDS, type StateFilter } from '../logic.ts'
import { VirtualTable, type Column } from '../parts/VirtualTable.tsx'
import { useGateway } from '../store.ts'

const GRID = 'grid-cols-[56px_80px_minmax(140px,2fr)_minmax(72px,1fr)_64px_60px_108px_76px]'
const WIRE: Readonly<Record<string, string>> = { 'chat-completions': 'Chat', responses: 'Responses', messages: 'Messages', completions: 'Completions' }
const dash = <span title="not known" className="text-text-3"><span aria-hidden>—</span><span className="sr-only">not known</span></span>
const span = (ms: number | null) => (ms === null ? dash : durationText(ms))

/** The day stands above the time when it is not today. */
function When({ at, now }: { at: number; now: number }) {
  const [day, time] = [whenText(at, now), clockText(at)]
  return day === time ? <span className="text-text-2">{time}</span> : <span className="block text-sm text-text-3"><span className="block truncate" title={day}>{day}</span>{time}</span>
}

const columns = (now: number, nameOf: (id: string) => string): readonly Column<GatewayRequest>[] => [
  { id: 'at', name: 'When', cell: (one) => <When at={one.startedAt} now={now} /> },
  { id: 'state', name: 'State', cell: (one) => <Badge tone={STATE_WORDS[one.state].tone}>{STATE_WORDS[one.state].name}</Badge> },
  {
    id: 'model', name: 'Model', cell: (one) => (
      <span className="block leading-[18px]" title={`Request ${one.requestId}`}>
        <span className="block truncate text-sm"><span className="font-mono font-semibold">{one.model}</span>{one.upstreamId ? <span className="text-text-2"> → {nameOf(one.upstreamId)}{one.upstreamModel && one.upstreamModel !== one.model ? <span className="font-mono text-text-3"> {one.upstreamModel}</span> : null}</span> : null}</span>
        {one.note ? <span className={`block truncate text-sm ${one.state === 'failed' ? 'text-bad' : 'text-warn'}`} title={one.note}>{one.note}</span> : <span className="block text-sm text-text-3">{WIRE[one.wire] ?? one.wire}</span>}
      </span>
    ),
  },
  { id: 'who', name: 'Who', cell: (one) => <span className="block truncate text-sm text-text-2">{one.account}{one.key ? <span className="block truncate text-text-3">{one.key}</span> : null}</span> },
  { id: 'first', name: 'First byte', end: true, cell: (one) => span(one.firstByteMs) },
  { id: 'duration', name: 'Duration', end: true, cell: (one) => span(one.durationMs) },
  {
    id: 'tokens', name: 'Tokens in / out', end: true, cell: (one) => one.inputTokens === null && one.outputTokens === null ? dash : (
      <span title={one.estimated ? 'Estimated: the upstream did not say' : undefined}>
        {one.estimated ? <><span aria-hidden className="text-text-3">≈ </span><span className="sr-only">about </span></> : null}
        {one.inputTokens === null ? '—' : digits(one.inputTokens)} / {one.outputTokens === null ? '—' : digits(one.outputTokens)}
      </span>
    ),
  },
  { id: 'cost', name: 'Cost', end: true, cell: (one) => <Money exact micro={one.chargedMicro} unknown="not billed yet" className="font-semibold" /> },
]

export function LiveTab() {
  const requests = useGateway((state) => state.requests)
  const listed = useGateway((state) => state.listed)
  const upstreams = useGateway((state) => state.room?.parts.upstreams?.value.list)
  const now = useNow('minute')
  const [filter, setFilter] = useState<StateFilter>('all')
  const [text, setText] = useState('')
  const shown = shownRequests(requests, filter, text)
  const nameOf = (id: string): string => upstreams?.find((upstream) => upstream.id === id)?.name ?? id
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-[1140px] flex-1 flex-col gap-3.5 px-9 py-[18px] max-[960px]:px-4">
      <div className="flex items-center gap-3">
        <Segmented label="State" value={filter} options={STATE_FILTERS} onChange={setFilter} />
        <TextField label="Filter by model, upstream or person" hideLabel placeholder="Model, upstream or person" value={text} onChange={setText} className="w-64" />
        <p role="status" className="tabular ml-auto text-sm text-text-3">{shown.length === requests.length ? digits(requests.length) : `${digits(shown.length)} of ${digits(requests.length)}`} {requests.length === 1 ? 'request' : 'requests'}</p>
      </div>
      {!listed ? <div role="status" aria-label="Reading the requests" className="flex flex-col gap-2"><Skeleton className="h-10 rounded-xl" /><Skeleton className="h-40 rounded-xl" /></div> : shown.length === 0 ? (
        <EmptyState icon={<Activity aria-hidden />} title={requests.length === 0 ? 'No requests yet' : 'None like that'}>
          {requests.length === 0 ? 'Each model call that goes through this gateway appears here while it runs, with its time and its cost. What is asked and answered is never kept.' : 'Choose another state, or clear the filter.'}
        </EmptyState>
      ) : <VirtualTable label="Requests" rows={shown} columns={columns(now, nameOf)} grid={GRID} rowHeight={52} keyOf={(one) => one.id} className="flex-1" />}
    </div>
  )
}
