/** Server-sent events out of a fetch body, as the wires read them: any line ending, split UTF-8, comments, no trailing newline. Runs in main. */
import { createParser } from 'eventsource-parser'
import { AppError } from '../../src-shared/errors.ts'
import type { Timers } from '../platform/ports.ts'

export interface SseEvent {
  name: string | null
  data: string
  /** True when the stream ended before the event's closing blank line: its data may be cut. */
  unfinished: boolean
}

export interface SseOptions {
  timers: Timers
  /** Longest silence in milliseconds (comments count as a sign of life). */
  idleMs: number
  signal: AbortSignal
  /** For error messages only. */
  url: string
}

/** No event of a model stream comes near this many characters. */
const MAX_EVENT_CHARACTERS = 32 * 1024 * 1024

/**
 * Yields the body's events in order and releases the body however the reading ends.
 * @throws AppError `gateway.timeout` (silence), `stream.cut` (connection lost), `stream.malformed` (endless line), `turn.stopped` (aborted).
 */
export async function* decodeSse(body: ReadableStream<Uint8Array>, options: SseOptions): AsyncGenerator<SseEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const events: SseEvent[] = []
  let unfinished = false
  let tooLong = false
  let broken = false
  let last = ''
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: (event) => events.push({ name: event.event ?? null, data: event.data, unfinished }),
    onError: (error) => {
      // Unknown fields and bad `retry` values are to be ignored by the SSE standard.
      if (error.type === 'max-buffer-size-exceeded') tooLong = true
    },
  })
  try {
    for (;;) {
      const chunk = await readWithin(reader, options)
      if (chunk.done) break
      const text = decoder.decode(chunk.value, { stream: true })
      parser.feed(text)
      last = text.at(-1) ?? last
      if (tooLong) throw new AppError('stream.malformed')
      yield* events.splice(0)
    }
    // A final carriage return waits for a line feed that could belong to it.
    if (last === '\r') parser.feed('\n')
    yield* events.splice(0)
    unfinished = true
    parser.feed(`${decoder.decode()}\n\n`)
    yield* events.splice(0)
  } catch (error) {
    broken = true
    throw error
  } finally {
    if (broken || options.signal.aborted) release(reader)
    else void readToEnd(reader, options.timers)
  }
}

/** How long the end of a body may take after its last event (ms), and how much may still come. */
const END_WITHIN_MS = 1_000
const END_WITHIN_BYTES = 64 * 1024

/** Who cancels a body gives its connection up. After an answer's last event only its end is missing: it is read, so that the next request goes the same way. */
async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>, timers: Timers): Promise<void> {
  const stop = timers.after(END_WITHIN_MS, () => release(reader))
  try {
    for (let bytes = 0; bytes <= END_WITHIN_BYTES; ) {
      const chunk = await reader.read()
      if (chunk.done) return
      bytes += chunk.value.byteLength
    }
    release(reader)
  } catch {
    // It broke off after all had been said.
  } finally {
    stop()
  }
}

function release(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  // Cancelling a body that is already closed or broken rejects; there is nothing left to release then.
  reader.cancel().catch(() => undefined)
}

/** Parses an event's data. @throws AppError `stream.cut` for an unfinished event, `stream.malformed` otherwise. */
export function parseEventData(event: SseEvent, requestId: string | null): unknown {
  try {
    return JSON.parse(event.data)
  } catch (cause) {
    throw new AppError(event.unfinished ? 'stream.cut' : 'stream.malformed', { requestId }, { cause })
  }
}

type Chunk = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>

function readWithin(reader: ReadableStreamDefaultReader<Uint8Array>, options: SseOptions): Promise<Chunk> {
  const { timers, idleMs, signal, url } = options
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(new AppError('turn.stopped')))
    const cancelTimer = timers.after(idleMs, () =>
      settle(() => reject(new AppError('gateway.timeout', { url, seconds: Math.round(idleMs / 1000) }))))
    const settle = (finish: () => void): void => {
      cancelTimer()
      signal.removeEventListener('abort', onAbort)
      finish()
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    reader.read().then(
      (chunk) => settle(() => resolve(chunk)),
      (cause: unknown) => settle(() => reject(signal.aborted ? new AppError('turn.stopped') : new AppError('stream.cut', {}, { cause }))),
    )
  })
}
