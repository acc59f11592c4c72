/** A model that plays a script: for people who test their tools against exact answers, delays and failures, and for our own tests. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Clock, Sleep } from '../../machine.ts'
import type { ToolKind, Turn, TurnEvent } from '../../translate/turn.ts'
import { createScriptPlayer, parseScript, type Script, type ScriptEntry, ScriptError } from './script.ts'

/** @throws ScriptError saying what is wrong with the file and where. */
export function readScriptFile(path: string): Script {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ScriptError(`The script “${path}” cannot be read: ${cause instanceof Error ? cause.message : 'no reason given'}`, { cause })
  }
  return parseScript(text, path)
}

/** Of a text that is not given in pieces. */
const PIECE = 24

/** Ends with `finish` or `failure`, or early when the signal aborts. */
export function createScriptedUpstream(script: Script, clock: Clock, sleep: Sleep): { stream(turn: Turn, signal: AbortSignal): AsyncIterable<TurnEvent> } {
  const player = createScriptPlayer(script)
  async function* stream(turn: Turn, signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const entry = player.next(turn)
    if (!entry) {
      yield { type: 'failure', failure: { status: 400, code: 'script_over', message: 'The script has no further answer for this conversation' } }
      return
    }
    if (entry.parts.length > 0 || !entry.fail) yield { type: 'start', responseId: null, model: null }
    let due = clock.now()
    for (const { event, waitMs } of eventsOf(entry, turn)) {
      due += waitMs
      // Against the time a piece is due, so that delays add up exactly however long sending takes.
      if (waitMs > 0 && due > clock.now()) await sleep(due - clock.now(), signal)
      if (signal.aborted) return
      if (event) yield event
    }
    yield* endingOf(entry)
  }
  return { stream }
}

function endingOf(entry: ScriptEntry): TurnEvent[] {
  const { usage, fail } = entry
  const told: TurnEvent[] = usage
    ? [{
        type: 'usage',
        usage: {
          inputTokens: usage.input_tokens, outputTokens: usage.output_tokens, cacheReadTokens: usage.cache_read_tokens ?? null,
          cacheWriteTokens: usage.cache_write_tokens ?? null, reasoningTokens: usage.reasoning_tokens ?? null,
        },
      }]
    : []
  if (fail) return [...told, { type: 'failure', failure: { status: fail.status, code: fail.code ?? null, message: fail.message, ...(fail.retry_after === undefined ? {} : { retryAfter: fail.retry_after }) } }]
  if (entry.cut === true) return [...told, { type: 'failure', failure: { status: 502, code: 'cut', message: 'The script breaks its answer off here' } }]
  const reason = entry.finish ?? (entry.parts.some((part) => 'tool' in part) ? 'tool-calls' : 'end')
  return [...told, { type: 'finish', reason, stopSequence: null }]
}

interface Timed {
  event: TurnEvent | null
  waitMs: number
}

function eventsOf(entry: ScriptEntry, turn: Turn): Timed[] {
  const out: Timed[] = []
  const add = (event: TurnEvent): void => void out.push({ event, waitMs: out.length === 0 ? 0 : entry.piece_ms })
  for (const [index, part] of entry.parts.entries()) {
    if ('wait_ms' in part) out.push({ event: null, waitMs: part.wait_ms })
    else if ('text' in part) for (const text of inPieces(part.text)) add({ type: 'text', text })
    else if ('reasoning' in part) {
      for (const text of inPieces(part.reasoning)) add({ type: 'reasoning', text, form: 'full' })
      out.push({ event: { type: 'reasoning-end', state: null }, waitMs: 0 })
    } else if ('refusal' in part) for (const text of inPieces(part.refusal)) add({ type: 'refusal', text })
    else {
      add({ type: 'tool-start', callId: callIdOf(turn, index), ...offeredAs(part.tool, part.namespace ?? null, turn) })
      for (const text of inPieces(typeof part.arguments === 'string' ? part.arguments : JSON.stringify(part.arguments))) add({ type: 'tool-delta', text })
      out.push({ event: { type: 'tool-end' }, waitMs: 0 })
    }
  }
  return out
}

function inPieces(given: string | readonly string[]): string[] {
  if (typeof given !== 'string') return given.filter((piece) => piece !== '')
  const characters = Array.from(given)
  return Array.from({ length: Math.ceil(characters.length / PIECE) }, (_one, index) => characters.slice(index * PIECE, (index + 1) * PIECE).join(''))
}

/** The same for the same conversation, and not twice in one. */
const callIdOf = (turn: Turn, index: number): string => `call_script_${createHash('sha256').update(JSON.stringify([turn.messages.length, turn.messages.at(-1), index])).digest('hex').slice(0, 20)}`

function offeredAs(name: string, namespace: string | null, turn: Turn): { name: string; namespace: string | null; kind: ToolKind } {
  for (const tool of turn.tools) {
    if (tool.kind === 'hosted') continue
    const home = tool.kind === 'tool-search' ? null : tool.namespace
    const isIt = namespace === null ? tool.name === name || (home !== null && `${home}__${tool.name}` === name) : tool.name === name && home === namespace
    if (isIt) return { name: tool.name, namespace: home, kind: tool.kind }
  }
  return { name, namespace, kind: 'function' }
}
