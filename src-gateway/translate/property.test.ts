import { describe, expect, it } from 'vitest'
import { chatCodec } from './chat/codec.ts'
import type { AnswerHead, Codec } from './codec.ts'
import { messagesCodec } from './messages/codec.ts'
import { responsesCodec } from './responses/codec.ts'
import { answerMeaning, answerNames, flattened, meaningOf, steeringOf } from './testing/meaning.ts'
import { makeEvents, makeTurn, WIRES } from './testing/random-turns.ts'
import { createRandom } from './testing/random.ts'
import { createToolNames, SAME_NAMES, type ToolNames } from './tool-names.ts'
import type { Turn, TurnEvent, WireName } from './turn.ts'

const CODECS: Readonly<Record<WireName, Codec>> = { 'chat-completions': chatCodec, responses: responsesCodec, messages: messagesCodec }
const PAIRS = WIRES.flatMap((from) => WIRES.map((to) => [from, to] as const))
const ROUNDS = 150

const overTheWire = (body: unknown): unknown => JSON.parse(JSON.stringify(body))

function send(turn: Turn, to: WireName, names: ToolNames): { turn: Turn; notes: readonly string[] } {
  const { body, notes } = CODECS[to].writeRequest(turn, { model: turn.model, stream: true, names })
  return { turn: CODECS[to].readRequest(overTheWire(body)), notes }
}

/** Only on the same wire: what the provider needs back to go on. */
const reasoningIn = (turn: Turn): unknown[] => turn.messages.flatMap((message) => message.parts.filter((part) => part.type === 'reasoning'))
const othersIn = (turn: Turn): unknown[] => turn.messages.flatMap((message) => message.parts.flatMap((part) => (part.type === 'other' ? [part.value] : [])))

const head = (turn: Turn): AnswerHead => ({ responseId: 'resp_1', model: 'some-model', createdAt: 1_795_000_000_000, turn, inputTokens: 10 })

function answerOver(said: readonly TurnEvent[], wire: WireName, turn: Turn, cut: number): TurnEvent[] {
  const writer = CODECS[wire].answerWriter(head(turn), { includeUsage: true })
  const events = flattened(said, wire, answerNames())
  const text = writer.write(events.slice(0, cut % events.length)) + writer.write(events.slice(cut % events.length))
  const reader = CODECS[wire].answerReader(answerNames())
  const at = cut % (text.length + 1)
  return [...reader.push(text.slice(0, at)), ...reader.push(text.slice(at)), ...reader.end()]
}

describe('a request keeps its meaning', () => {
  it.each(WIRES)('over its own wire: %s', (wire) => {
    const random = createRandom(11)
    for (let round = 0; round < ROUNDS; round += 1) {
      const turn = makeTurn(wire, random)
      const again = send(turn, wire, SAME_NAMES)
      const at = `round ${String(round)}`
      expect(meaningOf(again.turn, null), at).toEqual(meaningOf(turn, null))
      expect(reasoningIn(again.turn), at).toEqual(reasoningIn(turn))
      expect(othersIn(again.turn), at).toEqual(othersIn(turn))
      expect(again.turn.extras, at).toMatchObject(turn.extras)
      const [before, after] = [steeringOf(turn), steeringOf(again.turn)]
      for (const [field, { value }] of Object.entries(before)) expect(after[field]?.value ?? null, `${at}: ${field}`).toEqual(value)
    }
  })

  it.each(PAIRS.filter(([from, to]) => from !== to))('from a caller of %s to an upstream of %s, and what is lost has a note', (from, to) => {
    const random = createRandom(29)
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = send(makeTurn(from, random), from, SAME_NAMES).turn
      const names = createToolNames(asked)
      const { turn, notes } = send(asked, to, names)
      const at = `round ${String(round)}`
      expect(meaningOf(turn, names), at).toEqual(meaningOf(asked, null))
      const [before, after] = [steeringOf(asked), steeringOf(turn)]
      for (const [field, { value, note }] of Object.entries(before)) {
        if (value === null || notes.some((one) => note.test(one))) continue
        expect(after[field]?.value, `${at}: ${field}, notes ${notes.join(' ')}`).toEqual(value)
      }
      if (reasoningIn(asked).length > reasoningIn(turn).length) expect(notes.join(' '), at).toMatch(/reasoning-left-out/)
      for (const other of othersIn(asked)) expect(notes.join(' '), `${at}: ${JSON.stringify(other)}`).toMatch(/container_upload-left-out|input_hologram-left-out/)
      for (const tool of asked.tools) if (tool.kind === 'hosted') expect(notes, at).toContain(`${tool.type}-not-available`)
      if ('a_new_field' in asked.extras.fields) expect(notes, at).toContain('a_new_field-left-out')
    }
  })
})

describe('an answer keeps its meaning', () => {
  const plain = makeTurn('responses', createRandom(1))

  it.each(PAIRS)('from an upstream of %s to a caller of %s, and back', (upstream, caller) => {
    const random = createRandom(43)
    for (let round = 0; round < ROUNDS; round += 1) {
      const events = makeEvents(upstream, random)
      const at = `round ${String(round)}`
      const cut = random.below(5000)
      const first = answerOver(events, upstream, plain, cut)
      expect(answerMeaning(first, [upstream]), at).toEqual(answerMeaning(events, [upstream]))
      const second = answerOver(first, caller, plain, cut)
      expect(answerMeaning(second, [upstream, caller]), at).toEqual(answerMeaning(first, [upstream, caller]))
      const third = answerOver(second, upstream, plain, cut)
      expect(answerMeaning(third, [upstream, caller]), at).toEqual(answerMeaning(events, [upstream, caller]))
    }
  })

  it.each(PAIRS)('whole, from an upstream of %s to a caller of %s', (upstream, caller) => {
    const random = createRandom(47)
    for (let round = 0; round < ROUNDS; round += 1) {
      const events = makeEvents(upstream, random)
      if (events.at(-1)?.type === 'failure') continue
      const over = (from: readonly TurnEvent[], wire: WireName): TurnEvent[] => CODECS[wire].readAnswer(overTheWire(CODECS[wire].writeAnswer(head(plain), flattened(from, wire, answerNames()))), answerNames())
      const first = over(events, upstream)
      expect(answerMeaning(first, [upstream]), `round ${String(round)}`).toEqual(answerMeaning(events, [upstream]))
      expect(answerMeaning(over(first, caller), [upstream, caller]), `round ${String(round)}`).toEqual(answerMeaning(events, [upstream, caller]))
    }
  })
})
