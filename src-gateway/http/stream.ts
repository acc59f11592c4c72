/** A server-sent-events answer that goes no faster than its reader, and that tells when the reader went away. */

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }

/**
 * @param lines pieces of the stream; an error ends it with `onError`'s piece as the last.
 * @param stop called when the reader is gone, before everything was sent.
 */
export function eventStream(lines: AsyncGenerator<string>, options: { onError: (failure: unknown) => string; stop: () => void }): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const step = await lines.next()
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
  return new Response(body, { headers: HEADERS })
}
