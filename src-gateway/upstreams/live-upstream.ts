/** One upstream as it runs: its queue, breaker, keys and what was found out about it, and a call through all of them. */
import type { Clock } from '../machine.ts'
import { createBreaker, type Breaker, type BreakerOptions } from './breaker.ts'
import { createFairQueue, QueueRefusal, type FairQueue } from './fair-queue.ts'
import { createKeyRing, type KeyRing, type NamedKey } from './key-ring.ts'
import type { ListedModel } from './offered.ts'
import { UpstreamUnavailable, type ExchangeAnswer, type ExchangeRequest, type UpstreamDefinition } from './pool.ts'
import { readOut } from './read-out.ts'
import { requestHeaders } from './request-headers.ts'
import type { Transport, TransportAnswer } from './transport.ts'
import { hasHttp, parseUpstreamUrl, pathUnder, type UpstreamBase } from './upstream-url.ts'

export interface LiveUpstream {
  definition: UpstreamDefinition
  /** Null for kinds without HTTP. */
  base: UpstreamBase | null
  keys: KeyRing
  /** Resolves once the keys are there; null when they are. */
  keysComing: Promise<void> | null
  breaker: Breaker
  queue: FairQueue
  /** What it listed itself when it was last asked. */
  listed: readonly ListedModel[]
  reachable: boolean | null
  askedAt: number | null
  /** The newest trouble in plain words; null when the newest call went well. */
  lastError: string | null
}

export interface LiveOptions {
  clock: Clock
  /** Monotonic ms. */
  ticks(): number
  breaker?: BreakerOptions
}

/** @throws Error in plain words when the definition's address cannot be used. */
export function createLiveUpstream(definition: UpstreamDefinition, keys: readonly NamedKey[], options: LiveOptions): LiveUpstream {
  return {
    definition, base: baseOf(definition), keys: createKeyRing(keys, options.clock), keysComing: null, breaker: createBreaker(options.clock, options.breaker),
    queue: createFairQueue(queueLimits(definition), options.ticks), listed: [], reachable: hasHttp(definition.kind) ? null : true, askedAt: null, lastError: null,
  }
}

/** Takes a changed definition; what was learnt stays unless it is another server now. @throws Error as above, before anything changed. */
export function redefine(live: LiveUpstream, definition: UpstreamDefinition, options: LiveOptions): void {
  const base = baseOf(definition)
  if (base?.url !== live.base?.url || definition.kind !== live.definition.kind) {
    live.breaker = createBreaker(options.clock, options.breaker)
    Object.assign(live, { listed: [], reachable: hasHttp(definition.kind) ? null : true, askedAt: null, lastError: null })
  }
  Object.assign(live, { definition, base })
  live.queue.setLimits(queueLimits(definition))
}

function baseOf(definition: UpstreamDefinition): UpstreamBase | null {
  if (!hasHttp(definition.kind)) return null
  const base = parseUpstreamUrl(definition.kind, definition.url)
  if ('problem' in base) throw new Error(`The upstream “${definition.name}” cannot be used: ${base.problem}`)
  return base
}

const queueLimits = (definition: UpstreamDefinition) => ({ places: definition.maxConcurrent, ...definition.queue })

export interface ExchangeWay {
  transport: Transport
  /** Told when a key's health or the newest trouble changed. */
  changed(): void
}

/** @throws UpstreamUnavailable; an AbortError when the signal ends it. */
export async function exchangeWith(live: LiveUpstream, model: string, request: ExchangeRequest, way: ExchangeWay): Promise<ExchangeAnswer> {
  const { definition, base, breaker } = live
  if (!base) throw new Error(`“${definition.name}” has no address to call`)
  // Nobody waits in the queue of one that is left alone.
  if (breaker.state() === 'open') enter(breaker, definition.name)
  const leave = await placeIn(live, request)
  let isProbe = false
  const done = (): void => {
    leave()
    if (isProbe) breaker.endProbe()
  }
  try {
    isProbe = enter(breaker, definition.name)
    if (live.keysComing) await live.keysComing
    const { answer, key } = await askWithKeys(live, base, model, request, way)
    answer.body.once('close', done)
    return key ? { ...answer, keyLabel: key.label, hideKey: (text) => hideIn(text, key.value) } : { ...answer, keyLabel: null }
  } catch (failure) {
    done()
    if (failure instanceof UpstreamUnavailable && (failure.status === 502 || failure.status === 504) && live.lastError !== failure.message) {
      live.lastError = failure.message
      way.changed()
    }
    throw failure
  }
}

/** Shorter ones are no secrets (local servers take any word), and would blot out ordinary words. */
const SHORTEST_SECRET = 8
const hideIn = (text: string, key: string): string => (key.length < SHORTEST_SECRET ? text : text.replaceAll(key, '[hidden]'))

/** True for the one call that tries whether the upstream is back. @throws UpstreamUnavailable 503 while it is left alone. */
function enter(breaker: Breaker, name: string): boolean {
  const entered = breaker.enter()
  if (entered.allowed) return entered.isProbe
  const seconds = wholeSeconds(entered.waitMs)
  throw new UpstreamUnavailable(503, `The upstream “${name}” failed several times in a row and is left alone for ${seconds} s more`, { retryAfterSeconds: seconds })
}

async function placeIn({ definition, queue }: LiveUpstream, request: ExchangeRequest): Promise<() => void> {
  try {
    const place = queue.enter(request.callerId, request.signal)
    return typeof place === 'function' ? place : await place
  } catch (failure) {
    if (!(failure instanceof QueueRefusal)) throw failure
    const why = failure.reason === 'full' ? 'too many calls wait for it already' : `no place came free within ${wholeSeconds(definition.queue.patience)} s`
    throw new UpstreamUnavailable(429, `The upstream “${definition.name}” is busy: ${why}`, { retryAfterSeconds: failure.retryAfterSeconds, cause: failure })
  }
}

const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

/** Tries key after key while the upstream refuses the key itself; the last refusal is the answer when no other is left. */
async function askWithKeys(
  live: LiveUpstream, base: UpstreamBase, model: string, request: ExchangeRequest, { transport, changed }: ExchangeWay,
): Promise<{ answer: TransportAnswer; key: NamedKey | null }> {
  const { definition, keys } = live
  const tried = new Set<NamedKey>()
  const path = pathUnder(base, request.path)
  let picked = keys.pick(model, tried)
  for (;;) {
    if (typeof picked !== 'string' && 'waitMs' in picked) {
      throw new UpstreamUnavailable(429, `The upstream “${definition.name}” asked to wait`, { retryAfterSeconds: wholeSeconds(picked.waitMs) })
    }
    const key = picked === 'none' ? null : picked
    const answer = await transport.send({
      base, name: definition.name, method: request.method, path, headers: requestHeaders(definition, request.headers, key?.value ?? null), body: request.body,
      timeouts: definition.timeouts, signal: request.signal,
    })
    const before = live.lastError
    noteStatus(live, answer.status)
    if (live.lastError !== before) changed()
    if (answer.status >= 300 && answer.status < 400) {
      readOut(answer.body)
      // Never followed: the key must not go where nobody said it may.
      throw new UpstreamUnavailable(502, `The upstream “${definition.name}” points to another address (status ${answer.status}): give that one instead`)
    }
    if (!key) return { answer, key }
    const mayHelp = keys.learn(key, model, answer.status, answer.headers)
    if (!mayHelp) return { answer, key }
    changed()
    tried.add(key)
    picked = keys.pick(model, tried)
    if (picked === 'none' || 'waitMs' in picked) return { answer, key }
    readOut(answer.body)
  }
}

function noteStatus(live: LiveUpstream, status: number): void {
  const { name } = live.definition
  if (status < 400) live.lastError = null
  else if (status === 401 || status === 403) live.lastError = `The upstream “${name}” refused its key`
  else if (status === 429) live.lastError = `The upstream “${name}” asks to slow down`
  else if (status >= 500) live.lastError = `The upstream “${name}” failed with status ${status}`
}
