/** The pool of upstreams: those built in, declared by flags or configuration, and added by a person; what they offer, where calls go, and the calls themselves. */
import { performance } from 'node:perf_hooks'
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import type { Clock, Log } from '../machine.ts'
import type { UpstreamSecrets } from '../secrets/upstream-secrets.ts'
import type { Database } from '../store/database.ts'
import { createAddedUpstreams } from './added-upstreams.ts'
import { createAsker } from './asker.ts'
import { createAutoOllama } from './auto-ollama.ts'
import type { BreakerOptions } from './breaker.ts'
import { checkRoutes, checkStars, declareUpstreams } from './declared-upstreams.ts'
import { DISCOVERY_MS, PATIENT_DISCOVERY_MS } from './discovery.ts'
import { createLiveUpstream, exchangeWith, type LiveUpstream } from './live-upstream.ts'
import { offeredModels, type ListedModel } from './offered.ts'
import type { OfferedModel, Target, UpstreamDefinition, UpstreamPool } from './pool.ts'
import { compileRoutes, resolveTargets, type RouteBook } from './routing.ts'
import { createStoredUpstreams } from './stored-upstreams.ts'
import type { Transport } from './transport.ts'
import { OLLAMA_URL, PRACTICE_UPSTREAM } from './upstream-defaults.ts'

export interface UpstreamPoolOptions {
  database: Database
  clock: Clock
  log: Log
  secrets: UpstreamSecrets
  transport: Transport
  /** The responder that is not an AI; null = none. */
  practice?: UpstreamDefinition | null
  /** Where Ollama is looked for. */
  ollamaUrl?: string
  /** Ollama at that address appears by itself while it answers. */
  autoOllama?: boolean
  /** Told when something a person sees changed: the list, a breaker, a key's health. */
  changed?: () => void
  breaker?: BreakerOptions
  /** For asking for models by the way, ms. */
  discoveryLimit?: number
  /** For asking for them when a person adds or changes an upstream, ms. */
  addLimit?: number
}

/** Reads what is stored. Asks no upstream and opens no keychain that it does not need: call `refresh` when the gateway is up. */
export async function createUpstreamPool(options: UpstreamPoolOptions): Promise<UpstreamPool> {
  const { database, clock, log, secrets, transport, practice = PRACTICE_UPSTREAM, ollamaUrl = OLLAMA_URL, changed = () => {}, discoveryLimit = DISCOVERY_MS, addLimit = PATIENT_DISCOVERY_MS } = options
  const stored = createStoredUpstreams(database)
  const liveOptions = { clock, ticks: () => performance.now(), ...(options.breaker ? { breaker: options.breaker } : {}) }
  const asker = createAsker({ transport, clock, limit: discoveryLimit, patience: addLimit })
  const added = createAddedUpstreams({ stored, secrets, asker, clock, log, live: liveOptions })
  const ollama = createAutoOllama(ollamaUrl, asker, clock, liveOptions)
  const builtIn = practice ? [createLiveUpstream(practice, [], liveOptions)] : []
  let declared = new Map<string, LiveUpstream>()
  let fixedRoutes: readonly ModelRoute[] = []
  let personRoutes: readonly ModelRoute[] = []

  let ordered: readonly LiveUpstream[] = []
  let offered: readonly OfferedModel[] = []
  let book: RouteBook = { routes: [], offered: new Map(), upstreams: [], contextWindowOf: () => null, hasModel: () => false }
  /** Also of definitions that were replaced: calls that hold one go on. */
  const liveOf = new WeakMap<UpstreamDefinition, LiveUpstream>()

  /** Whoever shows the list asks for it again when told, and asking refreshes it: so a refresh that found nothing new must tell nothing. */
  let told = ''
  const tellIfChanged = (): void => {
    const seen = JSON.stringify([ordered.map((each) => [each.definition, each.listed, each.reachable, each.lastError, each.keys.count()]), personRoutes, fixedRoutes])
    if (seen === told) return
    told = seen
    changed()
  }

  const rebuild = (): void => {
    const own = [...builtIn, ...declared.values()]
    const ids = new Set(own.map((live) => live.definition.id))
    const others = added.all().filter((live) => !ids.has(live.definition.id))
    const found = options.autoOllama ? ollama.shown([...declared.values(), ...others]) : null
    ordered = [...builtIn, ...(found ? [found] : []), ...declared.values(), ...others]
    for (const live of ordered) liveOf.set(live.definition, live)
    const listed = ordered.map((live) => ({ definition: live.definition, models: modelsOf(live) }))
    const names = new Map(listed.map(({ definition, models }) => [definition, new Map(models.map((model) => [model.id, model]))]))
    const models = offeredModels(listed, [...personRoutes, ...fixedRoutes])
    offered = [...models.values()]
    book = {
      routes: compileRoutes(personRoutes, fixedRoutes), offered: models, upstreams: ordered.map((live) => live.definition),
      contextWindowOf: (upstream, model) => names.get(upstream)?.get(model)?.contextWindow ?? null,
      hasModel: (upstream, model) => (upstream.kind !== 'practice' && upstream.kind !== 'scripted') || (names.get(upstream)?.has(model) ?? false),
    }
    tellIfChanged()
  }
  const reload = async (): Promise<void> => {
    await added.reload()
    personRoutes = await stored.routes()
    rebuild()
  }
  let refreshing: Promise<void> | null = null
  const refreshAll = async (): Promise<void> => {
    await reload()
    await Promise.all([
      ...[...declared.values()].map((live) => asker.askIfOld(live)), added.refresh(), options.autoOllama ? ollama.refresh() : null,
    ])
    rebuild()
  }
  const live = (definition: UpstreamDefinition): LiveUpstream => {
    const known = liveOf.get(definition)
    if (!known) throw new Error(`“${definition.name}” is not of this pool`)
    return known
  }
  const way = { transport, changed }
  await reload()

  return {
    all: () => book.upstreams,
    offered: () => offered,
    resolve: (query) => {
      const targets = resolveTargets(query, book)
      if (targets.length < 2) return targets
      const isOpen = (target: Target): boolean => live(target.upstream).breaker.state() === 'open'
      return [...targets.filter((target) => !isOpen(target)), ...targets.filter(isOpen)]
    },
    exchange: (target, request) => exchangeWith(live(target.upstream), target.model, request, way),
    report: (target, outcome) => {
      const { breaker, definition } = live(target.upstream)
      const before = breaker.state()
      if (outcome === 'ok') breaker.succeeded()
      else breaker.failed()
      const after = breaker.state()
      if (before === after) return
      log.warn('upstream.breaker', { upstream: definition.id, from: before, to: after })
      changed()
    },
    status: () =>
      ordered.map((each) => ({
        id: each.definition.id, kind: each.definition.kind, name: each.definition.name, base_url: each.base?.url ?? each.definition.url, source: each.definition.source,
        models: modelsOf(each).map((model) => model.id), reachable: each.reachable, breaker: each.breaker.state(), breaker_until: timeOrNull(each.breaker.until()), keys: each.keys.status(),
        in_flight: each.queue.inFlight(), waiting: each.queue.waiting(), max_concurrent: each.definition.maxConcurrent, last_error: each.lastError,
      })),
    reload,
    refresh: () => {
      refreshing ??= refreshAll().finally(() => (refreshing = null))
      return refreshing
    },
    add: async (request) => {
      const definition = await added.add(request, ordered.filter((each) => each !== ollama.live()).map((each) => each.definition.id))
      rebuild()
      return definition
    },
    change: async (id, change) => {
      await added.change(id, change, book.upstreams)
      rebuild()
    },
    remove: async (id) => {
      const isThere = await added.remove(id, book.upstreams)
      rebuild()
      return isThere
    },
    detect: async () => {
      const found = await ollama.detect()
      return found && { baseUrl: found.baseUrl, models: found.models.map((model) => model.id) }
    },
    keyStore: () => secrets.kind(),
    routes: () => ({ routes: personRoutes, fixed: fixedRoutes }),
    setRoutes: async (routes) => {
      checkRoutes(routes, book.upstreams)
      await stored.setRoutes(routes)
      personRoutes = routes
      rebuild()
    },
    declare: (upstreams, routes) => {
      checkStars(routes)
      declared = declareUpstreams(declared, upstreams, builtIn.map((each) => each.definition.id), liveOptions)
      fixedRoutes = routes
      rebuild()
      for (const each of added.all()) if (declared.has(each.definition.id)) log.warn('upstream.hidden', { upstream: each.definition.id, why: 'declared with the same id' })
    },
    close: () => transport.close(),
  }
}

const timeOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** Given names first, then what it listed itself. */
function modelsOf({ definition, listed }: LiveUpstream): readonly ListedModel[] {
  if (definition.models === null) return listed
  const known = new Map(listed.map((model) => [model.id, model]))
  const given = definition.models.map((id) => known.get(id) ?? { id, contextWindow: null })
  const names = new Set(definition.models)
  return [...given, ...listed.filter((model) => !names.has(model.id))]
}
