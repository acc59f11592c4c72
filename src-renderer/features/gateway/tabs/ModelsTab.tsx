/** The models that can be called, with their upstream and what they cost now; and the routes: which name goes where. */
import { Boxes, Plus } from 'lucide-react'
import { useState } from 'react'
import type { GatewayModel, GatewayRoute, GatewayRoutes } from '../../../../src-shared/domain/gateway.ts'
import { formatRate } from '../../../../src-shared/domain/money.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { refreshGateway, save } from '../actions.ts'
import { digits } from '../../../lib/amounts.ts'
import { Part, TabPage } from '../parts/Part.tsx'
import { RouteForm } from '../parts/RouteForm.tsx'
import { RouteList } from '../parts/RouteList.tsx'
import { VirtualTable, type Column } from '../parts/VirtualTable.tsx'
import { useGateway, usePart } from '../store.ts'

const GRID = 'grid-cols-[minmax(200px,2fr)_minmax(140px,1fr)_84px_84px_84px_84px]'
const ROW = 44
/** As many rows as are in sight at once; more scroll. */
const IN_SIGHT = 9

const columns = (nameOf: (id: string) => string): readonly Column<GatewayModel>[] => [
  {
    id: 'model', name: 'Model', cell: (model) => (
      <span className="flex items-center gap-2">
        <span className="min-w-0 truncate font-mono text-sm font-semibold" title={model.name}>{model.id}</span>
        {model.practice ? <Badge>Practice, not an AI</Badge> : null}
        {model.card ? <Badge tone="accent"><span className="sr-only">price card </span>{model.card === model.id ? 'own price' : model.card}</Badge> : null}
      </span>
    ),
  },
  { id: 'upstream', name: 'Upstream', cell: (model) => <span className="block truncate text-sm text-text-2">{nameOf(model.upstreamId)}{model.upstreamModel === model.id ? null : <span className="block truncate font-mono text-text-3">{model.upstreamModel}</span>}</span> },
  { id: 'context', name: 'Context', end: true, cell: (model) => (model.contextWindow === null ? <span className="text-text-3" title="not known">—</span> : <span className="text-text-2">{contextText(model.contextWindow)}</span>) },
  { id: 'in', name: 'In', end: true, cell: (model) => formatRate(model.rate.input) },
  { id: 'cache', name: 'Cached', end: true, cell: (model) => formatRate(model.rate.cacheRead ?? model.rate.input) },
  { id: 'out', name: 'Out', end: true, cell: (model) => formatRate(model.rate.output) },
]
const contextText = (tokens: number): string => (tokens >= 1000 ? `${digits(Math.round(tokens / 1000))}k` : String(tokens))

type Asking = { kind: 'add' } | { kind: 'edit' | 'remove'; index: number } | null

export function ModelsTab() {
  const models = usePart('models')
  const routes = usePart('routes')
  const upstreams = useGateway((state) => state.room?.parts.upstreams?.value.list) ?? []
  const live = useGateway((state) => state.room?.link.kind === 'live')
  const [filter, setFilter] = useState('')
  const [asking, setAsking] = useState<Asking>(null)
  const nameOf = (id: string): string => upstreams.find((upstream) => upstream.id === id)?.name ?? id
  const wanted = filter.trim().toLowerCase()
  const close = (): void => setAsking(null)
  return (
    <TabPage
      lead="What can be called, where it goes, and what a million tokens cost at this hour."
      action={<Button variant="primary" icon={<Plus aria-hidden />} disabled={routes.reading === null} onClick={() => setAsking({ kind: 'add' })}>Add route</Button>}
    >
      <Part name="the models" reading={models.reading} problem={models.problem} live={live} onRetry={refreshGateway}>
        {(list) => {
          const shown = wanted === '' ? list : list.filter((model) => `${model.id} ${nameOf(model.upstreamId)} ${model.upstreamModel}`.toLowerCase().includes(wanted))
          return list.length === 0 ? <EmptyState icon={<Boxes aria-hidden />} title="No models yet">They appear once an upstream has told which it has.</EmptyState> : (
            <div className="flex flex-col gap-2.5">
              {list.length > IN_SIGHT ? (
                <div className="flex items-center gap-3">
                  <TextField label="Filter models" hideLabel placeholder={`Filter ${digits(list.length)} models`} value={filter} onChange={setFilter} className="w-64" />
                  <p role="status" className="tabular text-sm text-text-3">{wanted === '' ? '' : `${digits(shown.length)} of ${digits(list.length)}`}</p>
                </div>
              ) : null}
              {shown.length === 0 ? <p className="py-4 text-text-2">No model by that name.</p>
                : <VirtualTable label="Models" rows={shown} columns={columns(nameOf)} grid={GRID} rowHeight={ROW} keyOf={(model) => `${model.upstreamId} ${model.id}`} className="max-h-[438px]" />}
            </div>
          )
        }}
      </Part>
      <Part name="the routes" reading={routes.reading} problem={routes.problem} live={live} onRetry={refreshGateway}>
        {(value) => (
          <Card title="Routes" aside="The first that fits is used; its targets are tried in order.">
            <RouteList
              routes={value}
              nameOf={nameOf}
              onEdit={(index) => setAsking({ kind: 'edit', index })}
              onRemove={(index) => setAsking({ kind: 'remove', index })}
              onMove={(index, by) => void saveRoutes(moved(value.routes, index, by))}
            />
            <Asked asking={asking} value={value} upstreams={upstreams} onClose={close} />
          </Card>
        )}
      </Part>
    </TabPage>
  )
}

function Asked({ asking, value, upstreams, onClose }: { asking: Asking; value: GatewayRoutes; upstreams: Parameters<typeof RouteForm>[0]['upstreams']; onClose: () => void }) {
  if (asking === null) return null
  const { routes } = value
  if (asking.kind === 'add') return <RouteForm route={null} upstreams={upstreams} onClose={onClose} onSave={(route) => saveRoutes([...routes, route])} />
  const route = routes[asking.index]
  if (route === undefined) return null
  if (asking.kind === 'edit') return <RouteForm route={route} upstreams={upstreams} onClose={onClose} onSave={(next) => saveRoutes(routes.map((old, index) => (index === asking.index ? next : old)))} />
  return (
    <FormDialog
      danger
      title={`Remove the route for ${route.model}?`}
      description="Calls for that name then go where they would go without it."
      submit="Remove"
      onSave={() => saveRoutes(routes.filter((_, index) => index !== asking.index))}
      onClose={onClose}
    />
  )
}

function saveRoutes(routes: readonly GatewayRoute[]): ReturnType<typeof save> {
  return save('gateway.saveRoutes', { routes: routes.map((route) => ({ ...route, wires: route.wires && [...route.wires], modes: route.modes && [...route.modes], targets: [...route.targets] })) })
}
function moved(routes: readonly GatewayRoute[], index: number, by: -1 | 1): readonly GatewayRoute[] {
  const route = routes[index]
  return route === undefined ? routes : routes.toSpliced(index, 1).toSpliced(index + by, 0, route)
}
