/** The routes in the order they are looked at, with when they count and where they lead. Props only. */
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { GatewayRoute, GatewayRoutes, GatewayWire } from '../../../../src-shared/domain/gateway.ts'
import type { ReactNode } from 'react'
import { MODE_NAME } from '../../../lib/price-mode.ts'
import { Badge } from '../../../ui/badge.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'

export const WIRE_NAME: Readonly<Record<GatewayWire, string>> = { 'chat-completions': 'Chat Completions', responses: 'Responses', messages: 'Messages' }
export const TOOLBOX_NAME = { stay: 'stay', budget: 'switch to the budget model', pause: 'pause' } as const

/** When a route counts, in words; empty = always. */
export function conditionText({ wires, modes, toolbox }: GatewayRoute): string {
  const parts: string[] = []
  if (wires) parts.push(`on ${wires.map((wire) => WIRE_NAME[wire]).join(' or ')}`)
  if (modes) parts.push(`at ${modes.map((mode) => MODE_NAME[mode].toLowerCase()).join(' or ')} prices`)
  if (toolbox) parts.push(`for those who ${toolbox === 'budget' ? 'switch to the budget model' : toolbox} in a surge`)
  return parts.join(', ')
}

export interface RouteListProps {
  routes: GatewayRoutes
  nameOf: (upstreamId: string) => string
  onEdit: (index: number) => void
  onRemove: (index: number) => void
  onMove: (index: number, by: -1 | 1) => void
}

export function RouteList({ routes: { routes, fixed }, nameOf, onEdit, onRemove, onMove }: RouteListProps) {
  if (routes.length === 0 && fixed.length === 0) return <p className="py-1 text-text-2">No routes. A model’s own name goes to the upstream that has it; a route gives a name of your own, or another upstream when one is away.</p>
  return (
    <ul className="divide-y divide-border">
      {fixed.map((route, index) => <Route key={`fixed ${index}`} route={route} nameOf={nameOf}><Badge>From the configuration file</Badge></Route>)}
      {routes.map((route, index) => (
        <Route key={`${index} ${route.model}`} route={route} nameOf={nameOf}>
          <Menu
            trigger={<IconButton label={`More for the route of ${route.model}`} icon={<Ellipsis aria-hidden />} />}
            items={[
              { id: 'edit', label: 'Change…', icon: <Pencil aria-hidden />, onSelect: () => onEdit(index) },
              { id: 'up', label: 'Look at it earlier', icon: <ArrowUp aria-hidden />, disabled: index === 0, onSelect: () => onMove(index, -1) },
              { id: 'down', label: 'Look at it later', icon: <ArrowDown aria-hidden />, disabled: index === routes.length - 1, onSelect: () => onMove(index, 1) },
              { id: 'remove', label: 'Remove…', icon: <Trash2 aria-hidden />, danger: true, onSelect: () => onRemove(index) },
            ]}
          />
        </Route>
      ))}
    </ul>
  )
}

function Route({ route, nameOf, children }: { route: GatewayRoute; nameOf: (id: string) => string; children: ReactNode }) {
  const condition = conditionText(route)
  return (
    <li className="flex items-center gap-4 py-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-mono text-sm font-semibold">{route.model}</span>
          {route.targets.map((target, index) => (
            <span key={index} className="text-sm text-text-2">{index === 0 ? '→' : <span className="text-text-3">then</span>} {nameOf(target.upstream)} <span className="font-mono text-text-3">{target.model}</span></span>
          ))}
        </p>
        {condition ? <p className="text-sm text-text-3">Only {condition}.</p> : null}
      </div>
      {children}
    </li>
  )
}
