/**
 * 10,000 damaged requests and damaged upstream answers, seeded: the gateway answers each with a clear error or a whole answer, in time; it does not
 * crash, never says 500, and charges only what was answered.
 */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { answer, rawAnswer, type Answer } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from '../../src-gateway/testing/scripted-servers/server.ts'
import { askRaw, closeAgent, inLanes, type Reply } from './fuzz/ask.ts'
import { OTHER_PATHS, WIRES, type Wire } from './fuzz/bodies.ts'
import { damagedBytes, damagedJson, oddValue, random, type Random } from './fuzz/random.ts'
import { startGateway, type GatewayRun } from './rig/gateway.ts'

const SEED = Number(process.env['PORTICO_FUZZ_SEED'] ?? 20_261_125)
const REQUESTS = 6000
const STREAMS = 4000
const LANES = 8
const BUDGET_MS = 120_000

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  closeAgent()
  for (const close of closing.splice(0).reverse()) await close()
})

/** One scripted server of each kind, each as `LANES` upstreams: a breaker that opens must not end the others’ work. Models are `KIND-LANE`. */
async function stage(script: (model: string) => Answer): Promise<{ gateway: GatewayRun; servers: ReadonlyMap<KindName, ScriptedServer> }> {
  const servers = new Map<KindName, ScriptedServer>()
  for (const kind of KINDS) {
    const server = await scriptedServer(kind, { script: (call) => script(call.model), forgetful: true })
    closing.push(() => server.close())
    servers.set(kind, server)
  }
  const lanes = [...servers.values()].flatMap((server) => Array.from({ length: LANES }, (_, lane) => ({ id: `${server.kind}-${lane}`, server })))
  const gateway = await startGateway({ upstreams: lanes, credit: 1000, flags: [...lanes.flatMap(({ id }) => ['--model', `${id}=${id}/${id}`]), '--log-level', 'error'] })
  closing.push(() => gateway.stop())
  return { gateway, servers }
}

/** An error every client can read: JSON with a message. A 500 may only be the upstream’s own. */
function isClearError({ status, text }: Reply, upstreamSaid = 0): boolean {
  if (status < 400 || (status === 500 && upstreamSaid !== 500)) return false
  try {
    const body: unknown = JSON.parse(text)
    return JSON.stringify(body).length < 20_000 && /"(message|error)":"[^"]+/.test(JSON.stringify(body))
  } catch {
    return false
  }
}

async function expectWhole(gateway: GatewayRun, before: number): Promise<{ charged: number; count: number }> {
  expect(gateway.exitCode(), gateway.stderr().slice(-2000)).toBeNull()
  const receipts = await gateway.receipts()
  for (const receipt of receipts) {
    expect(Number.isSafeInteger(receipt.charged_micro_usd) && receipt.charged_micro_usd >= 0, JSON.stringify(receipt)).toBe(true)
    expect(Number.isSafeInteger(receipt.input_tokens) && Number.isSafeInteger(receipt.output_tokens), JSON.stringify(receipt)).toBe(true)
  }
  const balance = await gateway.balanceMicro()
  // The list holds the newest 500; the newest of all carries the balance that all of them led to.
  const newest = receipts.find((receipt) => receipt.balance_after_micro_usd !== null)
  if (newest) expect(newest.balance_after_micro_usd).toBe(balance)
  return { charged: before - balance, count: receipts.length }
}

const USUAL_HEADERS = { 'content-type': 'application/json' }

function damagedRequest(dice: Random, lane: number): { path: string; headers: Record<string, string>; body: Buffer } {
  const wire = dice.pick(WIRES)
  const model = `${dice.pick(KINDS)}-${lane % LANES}`
  const good = wire.body(model, dice.chance(0.5))
  const path = dice.chance(0.1) ? dice.pick(OTHER_PATHS) : wire.path
  const headers: Record<string, string> = { ...USUAL_HEADERS, ...wire.headers }
  const text = (body: string): Buffer => Buffer.from(body)
  switch (dice.int(16)) {
    case 0: return { path, headers, body: damagedBytes(text(JSON.stringify(good)), dice) }
    case 1: return { path, headers: { ...headers, 'content-type': dice.pick(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', '']) }, body: damagedBytes(text(JSON.stringify(good)), dice) }
    case 2: return { path, headers, body: text(dice.pick(['', ' ', 'null', '[]', '"x"', '0', 'true', '{', '{}', '{"model":}', 'data: {"a":1}\n\n', '\ufeff{}', 'NaN', '<html>'])) }
    case 3: return { path, headers: { ...headers, 'content-encoding': 'gzip' }, body: dice.chance(0.5) ? gzipSync(text(damagedJson(good, dice))) : damagedBytes(gzipSync(text(JSON.stringify(good))), dice) }
    case 4: return { path, headers: { ...headers, 'content-encoding': dice.pick(['br', 'zstd', 'deflate', 'nonsense']) }, body: dice.bytes(200) }
    case 5: return { path, headers, body: text('['.repeat(20_000 + dice.int(80_000))) }
    case 6: return { path, headers, body: text(`{"model":"${model}","messages":${'[{"content":'.repeat(3000)}1${'}]'.repeat(3000)},"input":1,"max_tokens":5}`) }
    case 7: case 8: case 9: case 10: return { path, headers, body: text(JSON.stringify(oddValue(good, dice))) }
    default: return { path, headers, body: text(damagedJson(good, dice)) }
  }
}

/** Whole answers of a provider, to damage. */
async function goodAnswers(server: ScriptedServer): Promise<{ stream: Buffer; whole: Buffer }> {
  const wire = { chat: WIRES[0], responses: WIRES[1], messages: WIRES[2], ollama: WIRES[0] }[server.kind]
  if (!wire) throw new Error('no such wire')
  const get = async (stream: boolean): Promise<Buffer> => {
    const path = server.kind === 'ollama' ? '/api/chat' : wire.path
    const body = server.kind === 'ollama' ? { model: 'good', stream, messages: [{ role: 'user', content: 'x' }] } : wire.body('good', stream)
    const answered = await fetch(server.origin + path, { method: 'POST', headers: { ...USUAL_HEADERS, ...wire.headers, authorization: 'Bearer upstream-key' }, body: JSON.stringify(body) })
    if (!answered.ok) throw new Error(await answered.text())
    return Buffer.from(await answered.arrayBuffer())
  }
  return { stream: await get(true), whole: await get(false) }
}

const GOOD = answer([{ type: 'reasoning', text: 'I think.' }, { type: 'text', text: 'Zwölf Boxkämpfer 🥊 jagen.' }, { type: 'tool', tool: { name: 'get_weather', namespace: null, kind: 'function' }, input: { city: 'A' } }])

function damagedAnswer(good: { stream: Buffer; whole: Buffer }, stream: boolean, kind: KindName, dice: Random): Answer {
  const type = stream ? (kind === 'ollama' ? 'application/x-ndjson' : 'text/event-stream') : 'application/json'
  const bytes = stream ? good.stream : good.whole
  const headers = { 'content-type': type }
  switch (dice.int(11)) {
    case 0: return rawAnswer([], { headers })
    case 1: return rawAnswer([dice.bytes(300)], { headers })
    case 2: return rawAnswer(['<html><body>It works!</body></html>'], { headers: { 'content-type': 'text/html' } })
    case 3: return rawAnswer([bytes], { headers: { 'content-type': dice.pick(['text/plain', 'application/octet-stream', stream ? 'application/json' : 'text/event-stream']) } })
    case 4: return rawAnswer([bytes], { headers: { ...headers, 'content-encoding': 'gzip' } })
    case 5: return rawAnswer([dice.bytes(100)], { status: dice.pick([204, 301, 307, 400, 404, 408, 418, 500, 502, 503, 529]), headers: { 'content-type': dice.pick(['text/html', 'application/json']) } })
    case 6: return rawAnswer([bytes.subarray(0, dice.int(bytes.length))], { headers, cut: true })
    case 7: return rawAnswer([damagedLines(bytes.toString(), dice)], { headers })
    case 8: return rawAnswer([damagedData(bytes.toString(), dice)], { headers })
    case 9: return rawAnswer([bytes.subarray(0, 200), `data: ${'x'.repeat(200_000)}\n\n`, bytes.subarray(200)], { headers })
    default: return rawAnswer([damagedBytes(bytes, dice)], { headers })
  }
}

/** No two answers of a provider have the same id. */
function withOwnId(bytes: Buffer, number: number): Buffer {
  const text = bytes.toString()
  const [id] = idsOf(text)
  return id === undefined ? bytes : Buffer.from(text.replaceAll(id, `${id.slice(0, -6)}${String(number).padStart(6, '0')}`))
}

/** Ids that a receipt could have. */
const idsOf = (text: string): string[] => [...text.matchAll(/"id":"((?:chatcmpl-|resp_|msg_)[\w-]+)"/g)].flatMap((match) => match[1] ?? [])

/** Lines lost, doubled or out of order. */
function damagedLines(text: string, dice: Random): string {
  const lines = text.split('\n')
  for (let count = 1 + dice.int(3); count > 0; count -= 1) {
    const at = dice.int(lines.length)
    if (dice.chance(0.4)) lines.splice(at, 1)
    else if (dice.chance(0.5)) lines.splice(dice.int(lines.length), 0, lines[at] ?? '')
    else [lines[at], lines[0]] = [lines[0] ?? '', lines[at] ?? '']
  }
  return lines.join('\n')
}

/** Some events hold other values than they should. */
const damagedData = (text: string, dice: Random): string =>
  text.replace(/^(data: )?(\{.*\})$/gm, (all, prefix: string | undefined, json: string) => (dice.chance(0.3) ? `${prefix ?? ''}${damagedJson(JSON.parse(json), dice)}` : all))

describe('fuzz', () => {
  it(`${REQUESTS} damaged requests: 4xx with a clear message or a whole answer, and a charge for the whole answers only`, async () => {
    const { gateway, servers } = await stage(() => answer('fine', { usage: { input: 100, output: 10, cacheRead: 0 } }))
    const before = await gateway.balanceMicro()
    const counts = new Map<number, number>()
    const bad: string[] = []
    const lanes = 24
    await inLanes(lanes, async (lane) => {
      for (let number = lane; number < REQUESTS && bad.length < 5; number += lanes) {
        const made = damagedRequest(random(SEED + number), lane)
        const where = `seed ${SEED + number}: POST ${made.path} ${made.body.toString().slice(0, 600)}`
        const reply = await askRaw(gateway.url + made.path, 'POST', { ...made.headers, authorization: `Bearer ${gateway.token}` }, made.body).catch((failure: unknown) => ({ status: 0, text: String(failure), broken: true }))
        counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1)
        const isGood = !reply.broken && (reply.status === 200 || (reply.status < 500 && isClearError(reply)))
        if (!isGood) bad.push(`${reply.status}${reply.broken ? ' broken' : ''} ${reply.text.slice(0, 300)} — ${where}`)
      }
    })
    expect(bad).toEqual([])
    const problems = [...servers.values()].flatMap((server) => server.problems)
    expect(problems).toEqual([])
    const { charged } = await expectWhole(gateway, before)
    console.log(`fuzz: ${REQUESTS} requests: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}; ${charged} micro-dollars for the whole answers`)
    // Enough of both: what is refused at once, and what goes all the way.
    expect(counts.get(400) ?? 0).toBeGreaterThan(REQUESTS / 4)
    expect(counts.get(200) ?? 0).toBeGreaterThan(REQUESTS / 25)
  }, BUDGET_MS)

  it(`${STREAMS} damaged upstream answers: a clear error, or a whole answer, and never a charge for an error`, async () => {
    const plan = new Map<string, Answer>()
    const { gateway, servers } = await stage((model) => (model === 'good' ? GOOD : (plan.get(model) ?? GOOD)))
    const good = new Map<KindName, { stream: Buffer; whole: Buffer }>()
    for (const [kind, server] of servers) good.set(kind, await goodAnswers(server))
    const before = await gateway.balanceMicro()
    const counts = { errors: 0, 'ended by an error': 0, broken: 0, whole: 0 }
    const unanswered = new Set<string>()
    const bad: string[] = []
    const lanes = KINDS.length * LANES
    await inLanes(lanes, async (lane) => {
      const kind = KINDS[lane % KINDS.length] ?? 'chat'
      const model = `${kind}-${Math.floor(lane / KINDS.length)}`
      const sample = good.get(kind)
      if (!sample) throw new Error(`no sample of ${kind}`)
      const ask = (wire: Wire, stream: boolean): Promise<Reply> =>
        askRaw(gateway.url + wire.path, 'POST', { ...USUAL_HEADERS, ...wire.headers, authorization: `Bearer ${gateway.token}` }, Buffer.from(JSON.stringify(wire.body(model, stream)))).catch((failure: unknown) => ({ status: 0, text: String(failure), broken: true }))
      const hasEnded = (reply: Reply, wire: Wire, stream: boolean): boolean => reply.status === 200 && !reply.broken && (!stream || wire.ended.test(reply.text))
      // Each lane has its own cases, so that a case is the same in every run.
      for (let number = lane; number < STREAMS && bad.length < 5; number += lanes) {
        const dice = random(SEED + 1_000_000 + number)
        const wire = dice.pick(WIRES)
        const stream = dice.chance(0.7)
        const damaged = damagedAnswer({ stream: withOwnId(sample.stream, number), whole: withOwnId(sample.whole, number) }, stream, kind, dice)
        const where = `seed ${SEED + 1_000_000 + number}: ${wire.path}, ${kind}, stream ${String(stream)}, ${JSON.stringify(damaged).slice(0, 600)}`
        plan.set(model, damaged)
        const reply = await ask(wire, stream)
        if (hasEnded(reply, wire, stream)) counts.whole += 1
        else {
          idsOf(reply.text).forEach((id) => unanswered.add(id))
          if (reply.status === 200) counts[reply.broken ? 'broken' : 'ended by an error'] += 1
          else if (isClearError(reply, damaged.type === 'raw' ? damaged.status : 0)) counts.errors += 1
          else bad.push(`${reply.status}${reply.broken ? ' broken' : ''} ${reply.text.slice(0, 300)} — ${where}`)
        }
        // After three failures a good answer: it shows that nothing is stuck, and a breaker that opened would leave nothing to look at.
        if (Math.floor(number / lanes) % 3 !== 2) continue
        plan.set(model, GOOD)
        const after = await ask(wire, stream)
        if (!hasEnded(after, wire, stream)) bad.push(`no good answer any more: ${after.status} ${after.text.slice(0, 300)} — after ${where}`)
      }
    })
    expect(bad).toEqual([])
    const { charged } = await expectWhole(gateway, before)
    expect(unanswered.size).toBeGreaterThan(STREAMS / 20)
    expect((await gateway.receiptsOf([...unanswered])).filter((receipt) => receipt.charged_micro_usd > 0)).toEqual([])
    console.log(`fuzz: ${STREAMS} upstream answers: ${JSON.stringify(counts)}; ${charged} micro-dollars`)
    expect(counts.errors).toBeGreaterThan(STREAMS / 10)
    expect(counts.whole).toBeGreaterThan(STREAMS / 10)
  }, BUDGET_MS)
})
