/** Takes over what flags and configuration file declare: everything is checked first, and what stays the same server keeps its health. */
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { HttpFailure } from '../http/failure.ts'
import { cleanKey } from './key-ring.ts'
import { createLiveUpstream, redefine, type LiveOptions, type LiveUpstream } from './live-upstream.ts'
import type { DeclaredUpstream, UpstreamDefinition } from './pool.ts'

/** @throws Error in plain words, before anything changed, for an address or a key that cannot be used and for an id that is there twice. */
export function declareUpstreams(
  before: ReadonlyMap<string, LiveUpstream>, upstreams: readonly DeclaredUpstream[], taken: readonly string[], options: LiveOptions,
): Map<string, LiveUpstream> {
  const ids = new Set(taken)
  const fresh = upstreams.map(({ definition, keys }) => {
    if (ids.has(definition.id)) throw new Error(`There are two upstreams with the id “${definition.id}”`)
    ids.add(definition.id)
    const usable = keys.map(({ label, value }) => {
      const key = cleanKey(value)
      if (key === null) throw new Error(`The key “${label}” of the upstream “${definition.id}” has characters that no key has`)
      return { label, value: key }
    })
    return { live: createLiveUpstream(definition, usable, options), usable }
  })
  return new Map(
    fresh.map(({ live, usable }) => {
      const { definition } = live
      const known = before.get(definition.id)
      if (!known) return [definition.id, live]
      redefine(known, definition, options)
      known.keys.replace(usable)
      return [definition.id, known]
    }),
  )
}

/** @throws HttpFailure 400 for a route with two `*`. */
export function checkStars(routes: readonly ModelRoute[]): void {
  for (const { model, targets } of routes) {
    if (model.split('*').length > 2) throw new HttpFailure(400, `The route “${model}” has more than one *`)
    for (const target of targets) {
      if (target.model.includes('*') && !model.includes('*')) throw new HttpFailure(400, `The route “${model}” is exact, so its target “${target.model}” cannot have a *`)
    }
  }
}

/** @throws HttpFailure 400 also for a target at an upstream that is not there. */
export function checkRoutes(routes: readonly ModelRoute[], upstreams: readonly UpstreamDefinition[]): void {
  checkStars(routes)
  const ids = new Set(upstreams.map((upstream) => upstream.id))
  for (const route of routes) {
    const missing = route.targets.find((target) => !ids.has(target.upstream))
    if (missing) throw new HttpFailure(400, `There is no upstream “${missing.upstream}”`)
  }
}
