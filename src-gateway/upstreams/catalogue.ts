/** Which models there are and where each one's calls go. */
import type { Machine } from '../machine.ts'
import { BUDGET_MODEL } from '../ledger/prices.ts'
import { createOpenAiUpstream } from './openai/openai-upstream.ts'
import type { CatalogueModel, Upstream } from './upstream.ts'
import type { UpstreamList } from './upstream-list.ts'

export const PRACTICE_MODEL = 'offline-practice'

export interface Catalogue {
  all(): CatalogueModel[]
  find(id: string): CatalogueModel | null
}

export function createCatalogue(offline: Upstream, upstreams: UpstreamList, machine: Pick<Machine, 'fetch' | 'ids'>): Catalogue {
  const practice = (id: string, name: string, description: string, billing: 'mode' | 'budget'): CatalogueModel => ({
    id, upstreamModel: id, name, description, provider: 'portico', contextWindow: 200_000, practice: true, billing, upstream: offline,
  })
  const all = (): CatalogueModel[] => {
    const models = [
      practice(PRACTICE_MODEL, 'Offline practice (not an AI)', 'A rule-based responder, not an AI: it follows simple lines such as “read notes.txt” so that everything can be tried without a network.', 'mode'),
      practice(BUDGET_MODEL, 'Offline practice, budget rate (not an AI)', 'The same rule-based responder, not an AI, at the budget rate that the Toolbox can switch to while prices surge.', 'budget'),
    ]
    const taken = new Set(models.map((model) => model.id))
    for (const stored of upstreams.all()) {
      const upstream = createOpenAiUpstream(stored, machine.fetch, machine.ids)
      for (const name of stored.models) {
        const id = taken.has(name) ? `${stored.name}/${name}` : name
        if (taken.has(id)) continue
        taken.add(id)
        models.push({ id, upstreamModel: name, name: `${name} (${stored.name})`, description: null, provider: stored.name, contextWindow: null, practice: false, billing: 'mode', upstream })
      }
    }
    return models
  }
  return { all, find: (id) => all().find((model) => model.id === id) ?? null }
}
