/** Where an answer goes: the caller's HTTP response, or memory for calls that nobody waits on. Tells when the caller went away and when it cannot take more. */
import type { ServerResponse } from 'node:http'

export interface AnswerSink {
  /** Sends the head, once, before anything else. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  readonly headSent: boolean
  write(piece: Buffer | string): void
  /** True: the caller reads slower than we write; wait for `onDrain`. */
  readonly isFull: boolean
  /** Replaces the listener. */
  onDrain(listener: (() => void) | null): void
  end(piece?: Buffer | string): void
  /** Ends the connection at once, so that the caller sees the answer as broken. */
  cut(): void
  readonly bytes: number
  /** Aborts when the caller is gone before the end. */
  readonly gone: AbortSignal
}

/** Held back within one turn of the event loop, in bytes or characters; more waits. */
const MOST_HELD = 262_144

/** @param standing headers that every answer carries (request id, limits). */
export function createHttpSink(response: ServerResponse, standing: Readonly<Record<string, string>>): AnswerSink {
  const gone = new AbortController()
  let bytes = 0
  let isHeaded = false
  let held = 0
  let drain: (() => void) | null = null
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  // A write to a connection that is going down: `close` follows and says so.
  response.on('error', () => undefined)
  // Of the connection, not of the response: a response does not tell that what was held back could go out.
  const { socket } = response
  const drained = (): void => drain?.()
  socket?.on('drain', drained)
  response.once('close', () => socket?.off('drain', drained))
  const flush = (): void => {
    if (bytes === 0 && !response.writableEnded && !response.destroyed) response.flushHeaders()
  }
  /** What was written in this turn of the event loop: pieces that come out of one read of the upstream's connection go out as one. */
  let waiting: (Buffer | string)[] = []
  const send = (): void => {
    if (waiting.length === 0) return
    const pieces = waiting
    waiting = []
    held = 0
    if (!response.destroyed) {
      // As one chunk of the body and one write of the connection, without copying them together.
      socket?.cork()
      response.cork()
      for (const piece of pieces) response.write(piece)
      response.uncork()
      socket?.uncork()
    }
    if (socket?.writableNeedDrain !== true) drain?.()
  }
  const count = (piece: Buffer | string): void => void (bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length)
  return {
    head: (status, headers) => {
      isHeaded = true
      response.writeHead(status, { ...standing, ...headers })
      // A first piece that comes at once travels with the head; one that does not must not hold it back.
      if (headers['content-length'] === undefined) setImmediate(flush)
    },
    get headSent() {
      return response.headersSent || isHeaded
    },
    write: (piece) => {
      count(piece)
      if (waiting.length === 0) process.nextTick(send)
      held += piece.length
      waiting.push(piece)
    },
    get isFull() {
      return held > MOST_HELD || (socket?.writableNeedDrain ?? false)
    },
    onDrain: (listener) => void (drain = listener),
    end: (piece) => {
      if (piece !== undefined) count(piece)
      send()
      response.end(piece)
    },
    cut: () => response.destroy(),
    get bytes() {
      return bytes
    },
    gone: gone.signal,
  }
}

export interface MemorySink extends AnswerSink {
  readonly status: number
  /** When the answer began, by the clock it was given; null = it did not. */
  readonly beganAt: number | null
  text(): string
}

export function createMemorySink(now: () => number = () => 0): MemorySink {
  const gone = new AbortController()
  const pieces: (Buffer | string)[] = []
  let beganAt: number | null = null
  let status = 0
  let bytes = 0
  const add = (piece: Buffer | string): void => {
    beganAt ??= now()
    pieces.push(piece)
    bytes += piece.length
  }
  return {
    head: (given) => void (status = given),
    get headSent() {
      return status !== 0
    },
    write: add,
    isFull: false,
    onDrain: () => undefined,
    end: (piece) => {
      if (piece !== undefined) add(piece)
    },
    cut: () => gone.abort(),
    get bytes() {
      return bytes
    },
    get status() {
      return status
    },
    get beganAt() {
      return beganAt
    },
    text: () => pieces.map((piece) => (typeof piece === 'string' ? piece : piece.toString('utf8'))).join(''),
    gone: gone.signal,
  }
}
