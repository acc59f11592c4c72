/** The list of models callers see: the practice responder's, every upstream's own, and the names that routes add. Pure. */
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { BUDGET_MODEL } from '../ledger/prices.ts'
import type { OfferedModel, UpstreamDefinition } from './pool.ts'

export const PRACTICE_MODEL = 'offline-practice'
export const PRACTICE_MODELS: readonly string[] = [PRACTICE_MODEL, BUDGET_MODEL]

export interface ListedModel {
  id: string
  contextWindow: number | null
}

export interface ListedUpstream {
  definition: UpstreamDefinition
  models: readonly ListedModel[]
}

/** A name that an earlier upstream has already is offered as `UPSTREAMID/name`. */
export function offeredModels(upstreams: readonly ListedUpstream[], routes: readonly ModelRoute[]): Map<string, OfferedModel> {
  const offered = new Map<string, OfferedModel>()
  for (const { definition, models } of upstreams) {
    for (const model of models) {
      const id = offered.has(model.id) ? `${definition.id}/${model.id}` : model.id
      if (!offered.has(id)) offered.set(id, definition.kind === 'practice' ? practiceModel(definition, id) : upstreamModel(definition, id, model))
    }
  }
  const byId = new Map(upstreams.map(({ definition }) => [definition.id, definition]))
  for (const route of routes) {
    if (route.model.includes('*') || offered.has(route.model)) continue
    const first = route.targets.find((target) => byId.has(target.upstream))
    const definition = first && byId.get(first.upstream)
    if (!definition) continue
    const behind = [...offered.values()].find((each) => each.target.upstream === definition && each.target.model === first.model)
    offered.set(route.model, {
      ...upstreamModel(definition, route.model, { id: first.model, contextWindow: behind?.contextWindow ?? null }),
      name: route.model, practice: definition.kind === 'practice', billing: behind?.billing ?? 'mode',
    })
  }
  return offered
}

function upstreamModel(upstream: UpstreamDefinition, id: string, model: ListedModel): OfferedModel {
  return {
    id, name: `${model.id} (${upstream.name})`, description: null, provider: upstream.name, contextWindow: model.contextWindow, practice: false, billing: 'mode',
    target: { upstream, model: model.id, contextWindow: model.contextWindow },
  }
}

const PRACTICE_CONTEXT = 200_000
const PRACTICE_TEXTS: Readonly<Record<string, { name: string; description: string }>> = {
  [PRACTICE_MODEL]: {
    name: 'Offline practice (not an AI)',
    description: 'A rule-based responder, not an AI: it follows simple lines such as “read notes.txt” so that everything can be tried without a network.',
  },
  [BUDGET_MODEL]: {
    name: 'Offline practice, budget rate (not an AI)',
    description: 'The same rule-based responder, not an AI, at the budget rate that the Toolbox can switch to while prices surge.',
  },
}

function practiceModel(upstream: UpstreamDefinition, id: string): OfferedModel {
  const { name, description } = PRACTICE_TEXTS[id] ?? { name: id, description: null }
  return {
    id, name, description, provider: 'portico', contextWindow: PRACTICE_CONTEXT, practice: true, billing: id === BUDGET_MODEL ? 'budget' : 'mode',
    target: { upstream, model: id, contextWindow: PRACTICE_CONTEXT },
  }
}
