/**
 * Answers made in the background (`background: true` on the Responses wire): they go on when their caller leaves, can be read while they are made, cancelled,
 * and followed as a stream by anybody of the account. One that does not come to its end is kept as failed, never as in progress for ever.
 */
import { HttpFailure } from '../http/failure.ts'
import type { Ids, Log } from '../machine.ts'
import { createSseLines } from '../translate/sse-lines.ts'
import { STREAM_HEADERS } from './attempt.ts'
import { Refused, type ModelCall } from './call.ts'
import type { ModelCalls } from './model-calls.ts'
import { breakEvent, parseObject } from './pass-through.ts'
import { createMemorySink, type AnswerSink } from './sink.ts'
import type { StoredAnswers } from './stored-answers.ts'

/** Whoever watches an answer while it is made. */
export interface Follower {
  write(text: string): void
  end(): void
}

export interface Background {
  /** Answers at once: with the object that has begun, or, for a call that streams, with the stream, which may be left without ending the work. */
  start(call: ModelCall, sink: AnswerSink, goesOn: (until: Promise<void>) => void): Promise<void>
  isRunning(id: string): boolean
  /** False when this process does not work on it. */
  stop(id: string, accountId: string): boolean
  /** All events after a sequence number (-1 = all), then those to come. Null when this process does not work on it; else a function that leaves. */
  follow(id: string, accountId: string, startingAfter: number, follower: Follower): (() => void) | null
  /** Ends what was cancelled or deleted through another process on the same store. */
  obey(): Promise<void>
  /** Resolves when none runs and all are kept. */
  idle(): Promise<void>
}

const PROBLEM = 'The gateway had a problem'
const STOPPED = 'The gateway was stopped before this answer was complete'

export function createBackground(deps: { calls: ModelCalls; stored: StoredAnswers; ids: Ids; log: Log; holdOpen(until: Promise<void>): void }): Background {
  const { calls, stored, ids, log } = deps
  const running = new Map<string, { accountId: string; sink: SharedSink; done: Promise<void> }>()

  const work = async (call: ModelCall, id: string, sink: SharedSink): Promise<void> => {
    try {
      // Streamed inside: a long answer needs no patient upstream, and followers see it grow. Our words only, since the id was given out already.
      await calls.run({ ...call, id, stream: true, canPassThrough: false, keep: ({ body }) => stored.finishBackground(call, id, body) }, sink)
      // Kept when it came to its end. Broken off: the stream's own last word tells why. Stopped: nothing else does.
      await stored.finishBackground(call, id, sink.failedResponse() ?? failed(STOPPED))
    } catch (thrown) {
      const isTold = thrown instanceof Refused || thrown instanceof HttpFailure
      const message = isTold ? thrown.message : PROBLEM
      if (!isTold) log.error('background.failed', { requestId: call.requestId, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
      sink.write(breakEvent('responses', { status: 500, code: 'server_error', message }, id))
      await stored.finishBackground(call, id, failed(message))
    }
  }
  const follow: Background['follow'] = (id, accountId, startingAfter, follower) => {
    const found = running.get(id)
    return found?.accountId === accountId ? found.sink.follow(startingAfter, follower) : null
  }

  return {
    follow,
    start: async (call, sink, goesOn) => {
      if (call.body['store'] === false) throw new HttpFailure(400, 'background: an answer made in the background must be kept; leave “store” out', { code: 'invalid_request' })
      const id = ids.next('resp_')
      const object = await stored.begin(call, id)
      const shared = createSharedSink()
      const done = work(call, id, shared)
        .catch((failure: unknown) => log.error('background.not-kept', { requestId: call.requestId, reason: failure instanceof Error ? failure.message : 'unknown' }))
        .finally(() => {
          running.delete(id)
          shared.close()
        })
      running.set(id, { accountId: call.caller.account.id, sink: shared, done })
      goesOn(done)
      deps.holdOpen(done)
      if (call.stream) {
        sink.head(200, STREAM_HEADERS)
        const leave = follow(id, call.caller.account.id, -1, { write: (text) => sink.write(text), end: () => sink.end() })
        if (leave) sink.gone.addEventListener('abort', leave, { once: true })
        return
      }
      const text = JSON.stringify(object)
      sink.head(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) })
      sink.end(text)
    },
    isRunning: (id) => running.has(id),
    stop: (id, accountId) => {
      const found = running.get(id)
      if (found?.accountId !== accountId) return false
      found.sink.cut()
      return true
    },
    obey: async () => {
      for (const [id, { accountId, sink }] of running) if (!(await stored.isWanted(accountId, id))) sink.cut()
    },
    idle: async () => {
      await Promise.all([...running.values()].map((one) => one.done))
    },
  }
}

const failed = (message: string): Record<string, unknown> => ({ status: 'failed', error: { code: 'server_error', message } })

interface SharedSink extends AnswerSink {
  follow(startingAfter: number, follower: Follower): () => void
  /** The object that a stream which broke off ended with, or null. */
  failedResponse(): Record<string, unknown> | null
  /** Nothing more comes. */
  close(): void
}

/** Keeps the stream from its beginning for those who come later. Every piece written to it is whole events. */
function createSharedSink(): SharedSink {
  const memory = createMemorySink()
  const followers = new Map<Follower, number>()
  let isOver = false
  const tell = (text: string): void => {
    for (const [follower, startingAfter] of followers) follower.write(eventsAfter(text, startingAfter))
  }
  const write = (piece: Buffer | string): void => {
    if (isOver) return
    memory.write(piece)
    tell(String(piece))
  }
  return {
    head: memory.head, isFull: false, onDrain: memory.onDrain, gone: memory.gone, write, cut: memory.cut,
    // The call is over, but a word about its failure may follow: whoever started it closes.
    end: (piece) => {
      if (piece !== undefined) write(piece)
    },
    get headSent() {
      return memory.headSent
    },
    get bytes() {
      return memory.bytes
    },
    failedResponse: () => lastFailed(memory.text()),
    follow: (startingAfter, follower) => {
      const said = eventsAfter(memory.text(), startingAfter)
      if (said !== '') follower.write(said)
      followers.set(follower, startingAfter)
      return () => followers.delete(follower)
    },
    close: () => {
      isOver = true
      for (const follower of followers.keys()) follower.end()
      followers.clear()
    },
  }
}

function eventsAfter(text: string, startingAfter: number): string {
  if (startingAfter < 0) return text
  return text.split('\n\n').filter((event) => event !== '' && !(Number(/"sequence_number":(\d+)/.exec(event)?.[1] ?? Infinity) <= startingAfter)).map((event) => `${event}\n\n`).join('')
}

function lastFailed(text: string): Record<string, unknown> | null {
  let found: Record<string, unknown> | null = null
  const lines = createSseLines((data, event) => {
    if (event !== 'response.failed') return
    const { response } = parseObject(data) ?? {}
    if (response !== null && typeof response === 'object') found = { ...response }
  })
  lines.push(text)
  lines.end()
  return found
}
