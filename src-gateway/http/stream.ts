/** The body of a server-sent-events answer that goes no faster than its reader, and that tells when the reader went away. */

export const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }

/** Silence after which a comment is sent, so that nobody takes a model that thinks for a connection that died. */
const KEEP_ALIVE_MS = 15_000
const COMMENT = ': still here\n\n'

/**
 * @param lines pieces of the stream; an error ends it with `onError`'s piece as the last.
 * @param stop called when the reader is gone, before everything was sent.
 */
export function eventStream(lines: AsyncGenerator<string>, options: { onError: (failure: unknown) => string; stop: () => void; keepAliveMs?: number }): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  /** A step already asked for, when a comment had to be sent first. */
  let pending: Promise<IteratorResult<string>> | null = null
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          pending ??= lines.next()
          const step = await withinTime(pending, options.keepAliveMs ?? KEEP_ALIVE_MS)
          if (step === null) return controller.enqueue(encoder.encode(COMMENT))
          pending = null
          if (step.done) controller.close()
          else controller.enqueue(encoder.encode(step.value))
        } catch (failure) {
          controller.enqueue(encoder.encode(options.onError(failure)))
          controller.close()
        }
      },
      cancel: async () => {
        options.stop()
        await lines.return(undefined)
      },
    },
    // Nothing is taken from the model before the reader asks: what was taken is what was delivered.
    { highWaterMark: 0 },
  )
}

/** Null when `ms` pass first; the promise stays the caller's. */
async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
