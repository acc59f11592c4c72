import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chatCodec } from './chat/codec.ts'
import type { AnswerHead, Codec } from './codec.ts'
import { messagesCodec } from './messages/codec.ts'
import { responsesCodec } from './responses/codec.ts'
import { createToolNames, SAME_NAMES } from './tool-names.ts'
import type { Turn, TurnEvent, WireName } from './turn.ts'

/*
 * The golden corpora: files of hand-checked translations. `requests`: what a caller of each wire sends, and exactly what an upstream of each kind gets.
 * `streams` and `answers`: what an upstream of each kind answers, and exactly what a caller of each wire gets, the same whatever the upstream unless
 * `unless` says otherwise for a pair (“upstream→caller”). `errors`: an upstream's error body, and the callers' bodies.
 */
const CODECS: Readonly<Record<WireName, Codec>> = { 'chat-completions': chatCodec, responses: responsesCodec, messages: messagesCodec }
const WIRES = ['chat-completions', 'responses', 'messages'] as const
const PAIRS = WIRES.flatMap((from) => WIRES.map((to) => [from, to] as const))

/** As a parsed golden: objects in the key order that the wire has them in. */
type Wire<T> = Record<WireName, T>
interface RequestCase { name: string; models: Wire<string>; callers: Wire<unknown>; upstreams: Wire<Wire<{ body: unknown; notes: string[] }>> }
interface AnswerCase<T> { name: string; upstreams: Partial<Wire<T>>; callers: Wire<T>; unless?: Record<string, T> }
interface ErrorCase { name: string; status: number; upstreams: Partial<Wire<unknown>>; callers: Wire<unknown>; unless?: Record<string, unknown> }
interface Golden { about: string; requests?: RequestCase[]; streams?: AnswerCase<unknown[]>[]; answers?: AnswerCase<unknown>[]; errors?: ErrorCase[] }

const FOLDER = path.join(import.meta.dirname, 'goldens')
/** Test data that is checked by hand, in the shape above. */
const GOLDENS = readdirSync(FOLDER).filter((name) => name.endsWith('.json')).map((name) => [name, JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Golden] as const)

/** The caller of every answer: Codex's names for tools, so that flat names are split again and free text unwrapped. */
const ASKED: Turn = {
  model: 'asked-model', messages: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: 1000, temperature: null, topP: null, topK: null, stop: [],
  tools: [
    { kind: 'function', name: 'get_weather', namespace: null, description: 'Tells the weather', inputSchema: { type: 'object' }, strict: null, deferred: false },
    { kind: 'custom', name: 'apply_patch', namespace: null, description: 'Patches', format: null },
  ],
  reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'chat-completions', fields: {} },
}
const HEAD: AnswerHead = { responseId: 'answer_1', model: 'asked-model', createdAt: 1_795_000_000_000, turn: ASKED, inputTokens: 7 }
const NAMES = createToolNames(ASKED)

/** A stream's events in the bytes of the wire: `[DONE]` is a string, an event of Responses or Messages is named after its type. */
function streamOf(events: readonly unknown[], wire: WireName): string {
  return events.map((event) => {
    if (typeof event === 'string') return `data: ${event}\n\n`
    const named = wire === 'chat-completions' || typeof event !== 'object' || event === null || !('type' in event) ? '' : `event: ${String(event.type)}\n`
    return `${named}data: ${JSON.stringify(event)}\n\n`
  }).join('')
}

function translateStream(events: readonly unknown[], upstream: WireName, caller: WireName): string {
  const reader = CODECS[upstream].answerReader(NAMES)
  const writer = CODECS[caller].answerWriter(HEAD, { includeUsage: true })
  let text = ''
  const pass = (got: readonly TurnEvent[]): void => {
    if (got.length > 0) text += writer.write(got)
  }
  for (const event of events) pass(reader.push(streamOf([event], upstream)))
  pass(reader.end())
  return text
}

const wanted = <T>(one: { callers: Wire<T>; unless?: Record<string, T> }, upstream: WireName, caller: WireName): T => one.unless?.[`${upstream}→${caller}`] ?? one.callers[caller]
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(GOLDENS)('golden %s', (_, golden) => {
  for (const one of golden.requests ?? []) {
    it.each(PAIRS)(`request “${one.name}” of a caller of %s for an upstream of %s`, (caller, upstream) => {
      const turn = CODECS[caller].readRequest(one.callers[caller])
      const { body, notes } = CODECS[upstream].writeRequest(turn, { model: one.models[upstream], stream: true, names: caller === upstream ? SAME_NAMES : createToolNames(turn) })
      expect({ body: plain(body), notes: [...notes].sort() }).toEqual(one.upstreams[caller][upstream])
    })
  }
  for (const one of golden.streams ?? []) {
    it.each(PAIRS.filter(([upstream]) => one.upstreams[upstream]))(`stream “${one.name}” of an upstream of %s for a caller of %s`, (upstream, caller) => {
      expect(translateStream(one.upstreams[upstream] ?? [], upstream, caller)).toBe(streamOf(wanted(one, upstream, caller), caller))
    })
  }
  for (const one of golden.answers ?? []) {
    it.each(PAIRS.filter(([upstream]) => one.upstreams[upstream] !== undefined))(`answer “${one.name}” of an upstream of %s for a caller of %s`, (upstream, caller) => {
      expect(plain(CODECS[caller].writeAnswer(HEAD, CODECS[upstream].readAnswer(one.upstreams[upstream], NAMES)))).toEqual(wanted(one, upstream, caller))
    })
  }
  for (const one of golden.errors ?? []) {
    it.each(PAIRS.filter(([upstream]) => one.upstreams[upstream] !== undefined))(`error “${one.name}” of an upstream of %s for a caller of %s`, (upstream, caller) => {
      expect(CODECS[caller].writeError(CODECS[upstream].readError(one.status, one.upstreams[upstream]), 'req_1')).toEqual(wanted(one, upstream, caller))
    })
  }
})

it('there is a corpus for text, tools, pictures, reasoning, stop reasons and errors', () => {
  expect(GOLDENS.map(([name]) => name).sort()).toEqual(['errors.json', 'images.json', 'reasoning.json', 'stop-reasons.json', 'text.json', 'tools.json'])
})
