/** Asks an upstream with a request the gateway wrote; one that is refused for something the translation chose is asked once more without it, and so is remembered. */
import { Readable } from 'node:stream'
import type { Note } from '../translate/codec.ts'
import { soften, softerRequest, type SoftKind } from '../translate/shared/softer-request.ts'
import type { ExchangeAnswer } from '../upstreams/pool.ts'
import type { SoftMemory } from './soft-memory.ts'
import { readBody } from './upstream-refusal.ts'

const MOST_ERROR_BYTES = 256_000

export interface SoftAsk {
  kind: SoftKind
  body: Record<string, unknown>
  upstreamId: string
  model: string
  memory: SoftMemory
  send(body: Record<string, unknown>): Promise<ExchangeAnswer>
}

/** The last answer, whatever its status; `notes`: what was changed in the request that it answers. */
export async function askSoftly(ask: SoftAsk): Promise<{ answer: ExchangeAnswer; notes: readonly Note[] }> {
  const { kind, upstreamId, model, memory } = ask
  const soft = soften(kind, ask.body, memory.wordsFor(upstreamId, model))
  const first = await said(await ask.send(soft.body))
  const softer = first.text === null ? null : softerRequest(kind, soft.body, first.text)
  if (softer === null) return { answer: first.answer, notes: soft.notes }
  const second = await said(await ask.send(softer.body))
  // Refused for another reason: the first change was right, and the next call begins with both.
  const another = second.text === null ? null : softerRequest(kind, softer.body, second.text)
  if (second.text === null) {
    if (second.answer.status < 300) memory.learn(upstreamId, model, [softer.word])
  } else if (another !== null && another.word !== softer.word) memory.learn(upstreamId, model, [softer.word, another.word])
  return { answer: second.answer, notes: [...soft.notes, softer.note] }
}

/** A refusal of the request itself is read, and can be read again. */
async function said(answer: ExchangeAnswer): Promise<{ answer: ExchangeAnswer; text: string | null }> {
  if (answer.status !== 400 && answer.status !== 422) return { answer, text: null }
  const bytes = await readBody(answer.body, MOST_ERROR_BYTES)
  return { answer: { ...answer, body: Readable.from([bytes]) }, text: bytes.toString('utf8') }
}
