/**
 * Whatever a person, a model, tools and the gateway do in whatever order: everything that is sent is a history that a real service takes, on all three wires;
 * so is what is kept afterwards, also after the process died; nothing typed is lost or told twice; no call runs twice.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { mulberry32 } from '../../src-shared/testing/random.ts'
import type { ModelEvent, ModelRequest, ThinkingPart, Wire } from '../api/ports.ts'
import { refusals } from '../api/wires/testing/valid-history.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import type { ChatDeps } from './chat-ports.ts'
import { buildMemory } from './memory.ts'
import { aborted, countingIds, fakeWorkspace, outcome, scriptedWire } from './testing/fakes.ts'
import { chatWorld, create, waitingCalls, type ChatWorld } from './testing/chat-world.ts'

const worlds: ChatWorld[] = []
afterEach(() => {
  for (const world of worlds.splice(0)) world.end()
})

function dice(seed: number): { below(n: number): number; chance(share: number): boolean; pick<T>(list: readonly [T, ...T[]]): T } {
  const next = mulberry32(seed)
  const below = (n: number): number => Math.floor(next() * n)
  return { below, chance: (share) => next() < share, pick: (list) => list[below(list.length)] ?? list[0] }
}

/** Things that happened, for the last line of the test: a run that never saw one proves nothing about it. */
const met: Record<string, number> = {}
const note = (what: string): void => void (met[what] = (met[what] ?? 0) + 1)

const PARTS = (model: string): readonly [ThinkingPart, ...ThinkingPart[]] => [
  { wire: 'messages', model, data: { type: 'thinking', thinking: 'Hm.', signature: 's' } },
  { wire: 'responses', model, data: { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' } },
  { wire: 'chat-completions', model, data: { reasoning_content: 'Hm.' } },
]

async function randomSession(seed: number): Promise<void> {
  const { below, chance, pick } = dice(seed)
  let pending: (() => void)[] = []
  let calls = 0
  let capMicro: number | null = null
  const ran = new Map<string, number>()
  const requests: ModelRequest[] = []
  const wrong: string[] = []
  /** Waits until the driver lets it go on. */
  const turnOf = (signal: AbortSignal): Promise<void> => Promise.race([new Promise<void>((resolve) => void pending.push(resolve)), aborted(signal)])

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    requests.push(structuredClone(request))
    // Said outside: here it would only end the turn.
    wrong.push(...refusals(request).map((text) => `request ${requests.length}: ${text}`))
    const told = request.messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.flatMap(({ argumentsText }) => /"n":/.exec(argumentsText)?.input ?? []) : []))
    if (new Set(told).size < told.length) wrong.push(`request ${requests.length}: a call is told twice`)
    await turnOf(signal)
    if (chance(0.12)) {
      const error = pick([
        new AppError('api.server-error', { status: 503 }), new AppError('gateway.unreachable'), new AppError('api.rate-limited', { retryAfterMs: 50 }),
        new AppError('api.bad-request', { message: 'prompt is too long: 300000 tokens' }), new AppError('api.bad-request', { message: 'no' }),
      ])
      note(error.fields['message'] === undefined ? 'failed calls' : String(error.fields['message']).startsWith('prompt') ? 'too long' : 'refused calls')
      throw error
    }
    yield { type: 'started', responseId: `msg_${requests.length}`, requestId: null, model: 'm' }
    if (chance(0.3)) {
      note('thought')
      yield { type: 'thinking', text: pick(['Hm. ', 'Let me see. ']) }
      if (chance(0.3)) await turnOf(signal)
      if (chance(0.8)) yield { type: 'thinking-part', part: pick(PARTS(request.model)) }
    }
    for (let pieces = below(3); pieces > 0; pieces -= 1) {
      yield { type: 'text', text: pick(['Some words. ', ' ', '\n\n', 'More of them. ']) }
      if (chance(0.3)) await turnOf(signal)
    }
    const taken = new Set<string>()
    for (let count = chance(0.65) ? 1 + below(3) : 0; count > 0; count -= 1) {
      calls += 1
      const callId = pick([`call_${calls}`, `call_${count}`, 'call_0', `tool:é/${count}`, `${'x'.repeat(50)}${count}`, `${'y'.repeat(45)}_${calls}`])
      if (taken.has(callId)) continue
      if (/^call_\d$/.test(callId)) note('ids used again')
      taken.add(callId)
      const name = pick(['look', 'look', 'change', 'change', 'command', 'no such.tool', ''])
      yield { type: 'tool-call', callId, name, argumentsText: pick([`{"n":${calls}}`, `{"n":${calls}}`, `{"n":${calls}}`, '{"same":true}', 'not json', '[1]', '']) }
      if (chance(0.2)) await turnOf(signal)
    }
    if (chance(0.08)) {
      note('cut answers')
      throw new AppError('stream.cut')
    }
    yield { type: 'usage', inputTokens: 10, outputTokens: 5 }
    yield { type: 'finish', reason: pick(['end', 'end', 'end', 'tool-calls', 'length', 'refused']) }
  }
  const wire: Wire = { name: 'messages', stream: (_connection, request, signal) => stream(request, signal) }
  const tool = async (args: Record<string, unknown>, signal: AbortSignal): Promise<ReturnType<typeof outcome>> => {
    const key = JSON.stringify(args)
    ran.set(key, (ran.get(key) ?? 0) + 1)
    await turnOf(signal)
    if (chance(0.1)) throw new Error('it broke')
    return outcome(pick(['a result', '', ' ', 'x'.repeat(3_000)]), { isError: chance(0.2) })
  }
  const deps: Partial<ChatDeps> = {
    ids: countingIds(),
    wires: { messages: wire, 'chat-completions': wire, responses: wire },
    workspace: fakeWorkspace({ look: { risk: 'read', run: tool }, change: { risk: 'write', run: tool }, command: { risk: 'run', run: tool } }),
    spending: () => ({ turnMicro: capMicro, sessionMicro: null, dayMicro: null, spentTodayMicro: null, rate: { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 } }),
  }
  let world = chatWorld({ ...deps, wire: scriptedWire() })
  worlds.push(world)
  const sessionId = (await create(world)).id
  let said = 0
  const open = new Set<string>()
  const say = async (): Promise<void> => {
    const text = `message ${(said += 1)} of ${seed}`
    if (world.chat.busy()) note('steered')
    await world.chat.send({ sessionId, text })
    open.add(text)
  }
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 6; n += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  /** As kill -9 leaves it: nothing of the old process runs on. */
  const kill = (): void => {
    note('killed')
    pending = []
    world.database.close()
    world = world.reopen(deps)
    worlds.push(world)
    world.chat.recover()
  }
  const checkKept = (): void => {
    expect(wrong, `seed ${seed}`).toEqual([])
    const kept = world.chat.open({ sessionId, count: 10_000 })
    const texts = [...kept.items.flatMap((item) => (item.kind === 'user' ? [item.text] : [])), ...kept.queued.map(({ text }) => text)]
    expect(texts.toSorted(), `seed ${seed}: each message once`).toEqual([...open].toSorted())
    expect(kept.items.flatMap((item) => (item.kind === 'tool' && ['waiting', 'queued', 'running'].includes(item.call.status) ? [item.call.callId] : [])), `seed ${seed}: open calls`).toEqual([])
    const entries = createSessionRepository(world.database).conversation(sessionId, 1_000_000)
    const request = (messages: ModelRequest['messages']): ModelRequest => ({ model: 'm', system: 's', messages, tools: [], maxTokens: 10 })
    expect(refusals(request([...buildMemory(entries, { resume: false }), { role: 'user', text: 'next' }])), `seed ${seed}: a new prompt`).toEqual([])
    if (entries.length > 0) expect(refusals(request(buildMemory(entries, { resume: true }))), `seed ${seed}: gone on with`).toEqual([])
  }

  for (let turns = 0; turns < 4; turns += 1) {
    capMicro = chance(0.15) ? 1 + below(3_000) : null
    if (capMicro !== null) note('budgets')
    if (turns > 0 && chance(0.4) && createSessionRepository(world.database).newestTurn(sessionId)) {
      note('gone on with')
      await world.chat.retry({ sessionId })
    } else await say()
    for (let moves = 0; moves < 60 && world.chat.busy(); moves += 1) {
      await settle()
      const move = below(100)
      const waiting = waitingCalls(world, sessionId)
      if (move < 55 && pending.length > 0) pending.splice(below(pending.length), 1)[0]?.()
      else if (move < 62) await say()
      else if (move < 64) {
        const [first] = world.chat.open({ sessionId, count: 1 }).queued
        if (first && world.chat.unqueue({ sessionId, id: first.id }).text !== null) open.delete(first.text)
      } else if (move < 67) world.chat.retryNow({ sessionId })
      else if (move < 78) world.time.advance(pick([40, 600, 5_000]))
      else if (move < 80) {
        note('stopped')
        world.chat.stop({ sessionId })
      } else if (move < 82) capMicro = chance(0.5) ? 0 : null
      else if (waiting.length > 0) {
        const decision = pick([{ kind: 'once' }, { kind: 'once' }, { kind: 'session' }, { kind: 'deny', note: '' }, { kind: 'deny', note: 'not so' }] as const)
        note(decision.kind === 'deny' ? 'denied' : 'approved')
        world.chat.approve({ approvalId: waiting[below(waiting.length)]?.approvalId ?? '', decision })
      } else if (world.chat.busy() && chance(0.1)) kill()
    }
    await settle()
    if (world.chat.busy() && chance(0.6)) kill()
    for (let tries = 0; tries < 20 && world.chat.busy(); tries += 1) {
      world.chat.stop({ sessionId })
      await settle()
    }
    expect(world.chat.busy(), `seed ${seed}: it can be stopped`).toBe(false)
    checkKept()
  }
  for (const [args, times] of ran) if (/"n":/.test(args)) expect(times, `seed ${seed}: ${args}`).toBe(1)
}

describe('whatever happens in whatever order', () => {
  it('every history is valid on every wire, nothing is lost, told or run twice (100 random sessions)', async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      await randomSession(seed)
      for (const world of worlds.splice(0)) world.end()
    }
    for (const what of ['steered', 'failed calls', 'refused calls', 'too long', 'cut answers', 'ids used again', 'budgets', 'gone on with', 'stopped', 'killed', 'approved', 'denied', 'thought']) {
      expect(met[what] ?? 0, what).toBeGreaterThan(10)
    }
  }, 60_000)
})
