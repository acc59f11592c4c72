/** Which targets a call may try: the routes a person and the configuration gave, then what the upstreams offer. Pure. */
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import type { OfferedModel, RouteQuery, Target, UpstreamDefinition } from './pool.ts'

export interface RouteBook {
  /** The person's routes first, then the configuration's: compiled by `compileRoutes`. */
  routes: readonly CompiledRoute[]
  offered: ReadonlyMap<string, OfferedModel>
  /** In order: built in, declared, added. */
  upstreams: readonly UpstreamDefinition[]
  contextWindowOf(upstream: UpstreamDefinition, model: string): number | null
  /** Names an upstream of a kind without HTTP has; others take any name. */
  hasModel(upstream: UpstreamDefinition, model: string): boolean
}

export interface CompiledRoute {
  route: ModelRoute
  prefix: string
  suffix: string
  /** True when the model has no `*`. */
  isExact: boolean
}

/**
 * Orders routes so that the first that matches a query is the one that counts: those for a Toolbox choice (they exist to win in a surge); then the person's before
 * the configuration's; within one, exact names before `*`, longer patterns before shorter, those for a price mode or a wire before those for all, and as listed.
 */
export function compileRoutes(person: readonly ModelRoute[], config: readonly ModelRoute[]): CompiledRoute[] {
  const compiled = [...person.map((route) => ({ route, from: 0 })), ...config.map((route) => ({ route, from: 1 }))].map(({ route, from }) => {
    const star = route.model.indexOf('*')
    const isExact = star === -1
    const rank = [route.toolbox === null ? 1 : 0, from, isExact ? 0 : 1, isExact ? 0 : -route.model.length, route.modes === null ? 1 : 0, route.wires === null ? 1 : 0]
    return { route, isExact, prefix: isExact ? route.model : route.model.slice(0, star), suffix: isExact ? '' : route.model.slice(star + 1), rank }
  })
  // The sort is stable, so what ranks alike stays as listed.
  return compiled.toSorted((a, b) => compareRanks(a.rank, b.rank)).map(({ rank: _rank, ...route }) => route)
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) if (value !== b[at]) return value - (b[at] ?? 0)
  return 0
}

/** Targets in the order to try; empty when the model does not exist here. */
export function resolveTargets(query: RouteQuery, book: RouteBook): Target[] {
  const byId = new Map(book.upstreams.map((upstream) => [upstream.id, upstream]))
  for (const compiled of book.routes) {
    const matched = matchOf(compiled, query)
    if (matched === null) continue
    const targets = compiled.route.targets.flatMap(({ upstream: id, model }) => {
      const upstream = byId.get(id)
      const name = model.replace('*', () => matched)
      return upstream && book.hasModel(upstream, name) ? [targetOf(book, upstream, name)] : []
    })
    // A route to nowhere (its upstream was removed) is as good as none.
    if (targets.length > 0) return targets
  }
  const own = book.offered.get(query.model)
  if (own) return [own.target]
  const named = byUpstreamName(query.model, book)
  if (named) return [named]
  const first = book.upstreams.find((upstream) => upstream.source === 'config' && upstream.kind !== 'practice' && book.hasModel(upstream, query.model))
  return first ? [targetOf(book, first, query.model)] : []
}

/** What the `*` stood for (empty for exact names), or null when the route is not for this query. */
function matchOf({ route, prefix, suffix, isExact }: CompiledRoute, { model, wire, mode, toolbox }: RouteQuery): string | null {
  if (isExact ? model !== prefix : model.length < prefix.length + suffix.length || !model.startsWith(prefix) || !model.endsWith(suffix)) return null
  if (route.wires !== null && !route.wires.includes(wire)) return null
  if (route.modes !== null && !route.modes.includes(mode)) return null
  if (route.toolbox !== null && (mode !== 'surge' || route.toolbox !== toolbox)) return null
  return isExact ? '' : model.slice(prefix.length, model.length - suffix.length)
}

/** `UPSTREAMID/model`; earlier versions put the name a person gave in the id's place, and sessions remember that. */
function byUpstreamName(model: string, book: RouteBook): Target | null {
  for (const upstream of book.upstreams) {
    for (const head of [upstream.id, upstream.name]) {
      const name = model.slice(head.length + 1)
      if (name !== '' && model.startsWith(`${head}/`) && book.hasModel(upstream, name)) return targetOf(book, upstream, name)
    }
  }
  return null
}

const targetOf = (book: RouteBook, upstream: UpstreamDefinition, model: string): Target => ({ upstream, model, contextWindow: book.contextWindowOf(upstream, model) })
