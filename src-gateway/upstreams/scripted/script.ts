/** What a scripted model plays: the shape of its file, and which entry answers which request. Pure. */
import { z } from 'zod'
import { type Turn, textOf } from '../../translate/turn.ts'

const most = (ms: number) => z.number().min(0).max(ms)
const pieces = z.union([z.string(), z.array(z.string())])

/** In the order they are played. Texts given as a list come in those pieces, others in short ones. */
const partSchema = z.union([
  z.strictObject({ text: pieces }),
  z.strictObject({ reasoning: pieces }),
  z.strictObject({ refusal: pieces }),
  /** By the name the client offers, alone or with its namespace; one it does not offer is called all the same. `arguments` is free text for a custom tool. */
  z.strictObject({ tool: z.string().min(1), arguments: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}), namespace: z.string().optional() }),
  z.strictObject({ wait_ms: most(3_600_000) }),
])

const entrySchema = z.union([
  z.string().transform((text) => ({ parts: [{ text }], piece_ms: 0, finish: undefined, usage: undefined, fail: undefined, cut: undefined })),
  z.strictObject({
    parts: z.array(partSchema).default([]),
    /** Between two pieces. */
    piece_ms: most(60_000).default(0),
    finish: z.enum(['end', 'tool-calls', 'length', 'stop-sequence', 'refused', 'paused', 'context-full']).optional(),
    /** Left out = the model tells no usage. `input_tokens` counts cached ones too. */
    usage: z.strictObject({
      input_tokens: z.int().min(0), output_tokens: z.int().min(0), cache_read_tokens: z.int().min(0).optional(), cache_write_tokens: z.int().min(0).optional(), reasoning_tokens: z.int().min(0).optional(),
    }).optional(),
    /** After the parts: with none, the request is refused. */
    fail: z.strictObject({ status: z.int().min(400).max(599), message: z.string().min(1), code: z.string().optional(), retry_after: z.int().min(0).optional() }).optional(),
    /** After the parts the answer breaks off. */
    cut: z.boolean().optional(),
  }).refine((entry) => !(entry.fail && entry.cut), { message: '“fail” and “cut” exclude each other' }),
])
export type ScriptEntry = z.output<typeof entrySchema>

const turns = z.array(entrySchema).min(1)
/** What comes after the last answer of a conversation. */
const after = z.enum(['fail', 'repeat-last', 'start-over']).default('fail')

/** One script for every conversation, or several, told apart by a text in a conversation’s first message; one without `when` plays for all others. */
const scriptSchema = z.union([
  z.strictObject({ turns, after }).transform((only) => ({ conversations: [{ ...only, when: undefined }] })),
  z.strictObject({ conversations: z.array(z.strictObject({ when: z.string().min(1).optional(), turns, after })).min(1) }),
])
export type Script = z.output<typeof scriptSchema>

/** A script that cannot be played, in words for the person who wrote it. */
export class ScriptError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'ScriptError'
  }
}

/** @param from what to call the script in an error. @throws ScriptError */
export function parseScript(text: string, from: string): Script {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ScriptError(`The script “${from}” is not valid JSON: ${cause instanceof Error ? cause.message : 'it cannot be read'}`, { cause })
  }
  const parsed = scriptSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = deepest(parsed.error.issues)
  throw new ScriptError(`The script “${from}” is wrong at “${issue.path.join('.') || 'the top'}”: ${issue.message}`)
}

type Issue = z.core.$ZodIssue

/** Of a choice between shapes, the one that was meant went the farthest. */
function deepest(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const all = issues.map((issue) => {
    if (issue.code !== 'invalid_union') return { path: issue.path, message: issue.message }
    const inner = issue.errors.filter((one) => one.length > 0).map(deepest).toSorted((a, b) => b.path.length - a.path.length)[0]
    return inner ? { path: [...issue.path, ...inner.path], message: inner.message } : { path: issue.path, message: issue.message }
  })
  return all.toSorted((a, b) => b.path.length - a.path.length)[0] ?? { path: [], message: 'it has the wrong shape' }
}

export interface ScriptPlayer {
  /** The entry that answers this request; null = the script is over, or has nothing for this conversation. */
  next(turn: Turn): ScriptEntry | null
}

/** Conversations whose failing entries are being played, before the oldest are forgotten. */
const MOST_OPEN = 10_000

/**
 * A request is answered by the entry after as many answers as the conversation holds, so that a script plays the same for every conversation and again after a
 * restart. Entries that fail or are cut stand before the answer they delay: each further try of the same request plays the next.
 */
export function createScriptPlayer(script: Script): ScriptPlayer {
  const tries = new Map<string, number>()
  const conversations = script.conversations.map((one) => ({ ...one, rounds: roundsOf(one.turns) }))
  return {
    next: (turn) => {
      const first = turn.messages.filter((message) => message.role === 'user').slice(0, 5).map((message) => textOf(message.parts)).join('\n')
      const place = conversations.findIndex((one) => one.when === undefined || first.includes(one.when))
      const found = conversations[place]
      if (!found) return null
      const round = roundAt(found.rounds, answersIn(turn), found.after)
      if (!round) return null
      const key = JSON.stringify([place, answersIn(turn), turn.cacheKey, first])
      const tried = tries.get(key) ?? 0
      tries.delete(key)
      const isLast = tried >= round.length - 1
      const entry = round[Math.min(tried, round.length - 1)] ?? null
      if (!isLast || (entry !== null && isBroken(entry))) tries.set(key, tried + 1)
      const oldest = tries.keys().next()
      if (tries.size > MOST_OPEN && oldest.done !== true) tries.delete(oldest.value)
      return entry
    },
  }
}

const isBroken = (entry: ScriptEntry): boolean => entry.fail !== undefined || entry.cut === true

/** Each answer with the failures before it. */
function roundsOf(entries: readonly ScriptEntry[]): ScriptEntry[][] {
  const rounds: ScriptEntry[][] = [[]]
  for (const entry of entries) {
    rounds.at(-1)?.push(entry)
    if (!isBroken(entry)) rounds.push([])
  }
  return rounds.filter((round) => round.length > 0)
}

function roundAt(rounds: readonly ScriptEntry[][], index: number, mode: z.output<typeof after>): ScriptEntry[] | undefined {
  if (index < rounds.length) return rounds[index]
  if (mode === 'fail') return undefined
  return mode === 'repeat-last' ? rounds.at(-1) : rounds[index % rounds.length]
}

/** Answers so far. One may be several assistant messages in a row (the Responses wire has them as items). */
function answersIn(turn: Turn): number {
  return turn.messages.filter((message, index) => message.role === 'assistant' && turn.messages[index - 1]?.role !== 'assistant').length
}
