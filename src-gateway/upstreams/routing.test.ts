/** Where calls for a name go: every rule of routes and names. */
import { describe, expect, it } from 'vitest'
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { offeredModels } from './offered.ts'
import type { RouteQuery, UpstreamDefinition } from './pool.ts'
import { compileRoutes, resolveTargets } from './routing.ts'
import { query } from './test-upstream.ts'
import { httpUpstream, PRACTICE_UPSTREAM } from './upstream-defaults.ts'

const http = (id: string, source: UpstreamDefinition['source'], models: string[] = [], name = id): UpstreamDefinition =>
  httpUpstream({ id, name, kind: 'chat', url: `http://${id}.example/v1`, source, models })
const ONE = http('one', 'config', ['m', 'big'])
const TWO = http('two', 'config', ['m', 'small'])
const MINE = http('mine', 'added', ['llama', 'big'], 'My Ollama')
const SCRIPTED: UpstreamDefinition = { ...http('play', 'config', ['acted']), kind: 'scripted' }

const to = (...targets: string[]): ModelRoute['targets'] => targets.map((target) => ({ upstream: target.slice(0, target.indexOf(':')), model: target.slice(target.indexOf(':') + 1) }))
const route = (model: string, targets: ModelRoute['targets'], more: Partial<ModelRoute> = {}): ModelRoute => ({ model, targets, wires: null, modes: null, toolbox: null, ...more })

interface Setup {
  person?: ModelRoute[]
  config?: ModelRoute[]
  upstreams?: UpstreamDefinition[]
}
function go(model: string, { person = [], config = [], upstreams = [PRACTICE_UPSTREAM, ONE, TWO, MINE] }: Setup = {}, more: Partial<RouteQuery> = {}): string[] {
  const listed = upstreams.map((definition) => ({ definition, models: (definition.models ?? []).map((id) => ({ id, contextWindow: id === 'big' ? 1000 : null })) }))
  const targets = resolveTargets(query(model, more), {
    routes: compileRoutes(person, config), offered: offeredModels(listed, [...person, ...config]), upstreams,
    contextWindowOf: (_upstream, name) => (name === 'big' ? 1000 : null),
    hasModel: (upstream, name) => (upstream.kind !== 'practice' && upstream.kind !== 'scripted') || (upstream.models?.includes(name) ?? false),
  })
  return targets.map((target) => `${target.upstream.id}:${target.model}`)
}

describe('names without routes', () => {
  it('an offered name goes to who offers it first, UPSTREAM/name to the one named', () => {
    expect(go('m')).toEqual(['one:m'])
    expect(go('two/m')).toEqual(['two:m'])
    expect(go('mine/llama')).toEqual(['mine:llama'])
    expect(go('My Ollama/big')).toEqual(['mine:big'])
    expect(go('one/not-listed/by:it')).toEqual(['one:not-listed/by:it'])
    expect(go('offline-practice')).toEqual(['offline:offline-practice'])
    expect(go('budget')).toEqual(['offline:budget'])
  })
  it('an unknown name goes to the first declared upstream under its own name', () => {
    expect(go('claude-opus-4-8')).toEqual(['one:claude-opus-4-8'])
    expect(go('claude-opus-4-8', { upstreams: [PRACTICE_UPSTREAM, SCRIPTED, TWO] })).toEqual(['two:claude-opus-4-8'])
  })
  it('and to nobody when only practice and added ones are there', () => {
    expect(go('claude-opus-4-8', { upstreams: [PRACTICE_UPSTREAM, MINE] })).toEqual([])
    expect(go('offline/other', { upstreams: [PRACTICE_UPSTREAM, MINE] })).toEqual([])
    expect(go('acted', { upstreams: [PRACTICE_UPSTREAM, SCRIPTED] })).toEqual(['play:acted'])
    expect(go('else', { upstreams: [PRACTICE_UPSTREAM, SCRIPTED] })).toEqual([])
  })
})

describe('routes', () => {
  it('come before offered names, targets in the order given', () => {
    expect(go('m', { config: [route('m', to('two:small', 'one:big', 'mine:llama'))] })).toEqual(['two:small', 'one:big', 'mine:llama'])
  })
  it('of the person come before the configuration’s', () => {
    const config = [route('m', to('two:config'))]
    expect(go('m', { config, person: [route('m', to('one:person'))] })).toEqual(['one:person'])
    expect(go('m', { config, person: [route('*', to('one:person'))] })).toEqual(['one:person'])
  })
  it('exact before *, longer patterns before shorter, as listed among equals', () => {
    const config = [route('*', to('one:any')), route('claude-*', to('one:claude')), route('claude-opus-*', to('one:opus')), route('claude-opus-4', to('one:exact')), route('claude-opus-4', to('one:later'))]
    expect(['claude-opus-4', 'claude-opus-5', 'claude-x', 'gpt'].map((model) => go(model, { config })[0])).toEqual(['one:exact', 'one:opus', 'one:claude', 'one:any'])
  })
  it('a * stands for what it matched, in the middle too', () => {
    expect(go('x-gpt-5$&-y', { config: [route('x-*-y', to('two:b-*', 'one:fixed'))] })).toEqual(['two:b-gpt-5$&', 'one:fixed'])
    expect(go('ab', { config: [route('ab*b', to('two:*'))] })).toEqual(['one:ab'])
  })
  it('per wire', () => {
    const config = [route('m', to('one:plain')), route('m', to('two:anthropic'), { wires: ['messages'] })]
    expect(go('m', { config })).toEqual(['one:plain'])
    expect(go('m', { config }, { wire: 'messages' })).toEqual(['two:anthropic'])
  })
  it('by price mode', () => {
    const config = [route('m', to('one:plain')), route('m', to('two:cheap'), { modes: ['surge', 'standard'] })]
    expect(go('m', { config }, { mode: 'reduced' })).toEqual(['one:plain'])
    expect(go('m', { config }, { mode: 'surge' })).toEqual(['two:cheap'])
  })
  it('by Toolbox choice, in a surge only, over everything else; without such a route the model stays', () => {
    const plain = route('m', to('one:plain'))
    const switched = { person: [plain], config: [route('*', to('two:small'), { toolbox: 'budget' })] }
    expect(go('m', switched, { mode: 'surge', toolbox: 'budget' })).toEqual(['two:small'])
    expect(go('m', switched, { mode: 'surge', toolbox: 'stay' })).toEqual(['one:plain'])
    expect(go('m', switched, { mode: 'standard', toolbox: 'budget' })).toEqual(['one:plain'])
    expect(go('m', { person: [plain] }, { mode: 'surge', toolbox: 'budget' })).toEqual(['one:plain'])
  })
  it('to upstreams that are gone are skipped, whole routes too', () => {
    expect(go('m', { config: [route('m', to('gone:x', 'two:small'))] })).toEqual(['two:small'])
    expect(go('m', { config: [route('m', to('gone:x')), route('*', to('two:any'))] })).toEqual(['two:any'])
    expect(go('m', { config: [route('m', to('gone:x'))] })).toEqual(['one:m'])
    expect(go('m', { config: [route('m', to('offline:no-such'))] })).toEqual(['one:m'])
  })
})

describe('the list', () => {
  const list = (upstreams: UpstreamDefinition[], routes: ModelRoute[] = []) =>
    [...offeredModels(upstreams.map((definition) => ({ definition, models: (definition.models ?? []).map((id) => ({ id, contextWindow: id === 'big' ? 1000 : null })) })), routes).values()]
  it('begins with the practice responder and says what it is', () => {
    expect(list([PRACTICE_UPSTREAM])).toMatchObject([
      { id: 'offline-practice', practice: true, billing: 'mode', provider: 'portico', contextWindow: 200_000, name: expect.stringContaining('not an AI') },
      { id: 'budget', practice: true, billing: 'budget', description: expect.stringContaining('not an AI') },
    ])
  })
  it('keeps apart models of one name, and adds names of routes without *', () => {
    const routes = [route('fast', to('gone:x', 'mine:big')), route('claude-*', to('one:m')), route('m', to('two:small')), route('cheap', to('offline:budget')), route('lost', to('gone:x'))]
    const models = list([PRACTICE_UPSTREAM, ONE, TWO, MINE], routes)
    expect(models.map((model) => model.id)).toEqual(['offline-practice', 'budget', 'm', 'big', 'two/m', 'small', 'llama', 'mine/big', 'fast', 'cheap'])
    expect(models.find((model) => model.id === 'fast')).toMatchObject({ name: 'fast', provider: 'My Ollama', contextWindow: 1000, practice: false, target: { upstream: MINE, model: 'big' } })
    expect(models.find((model) => model.id === 'cheap')).toMatchObject({ practice: true, billing: 'budget' })
    expect(models.find((model) => model.id === 'mine/big')).toMatchObject({ name: 'big (My Ollama)', contextWindow: 1000 })
  })
})
