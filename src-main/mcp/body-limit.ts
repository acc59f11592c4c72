/** Ends an HTTP answer whose single message grows beyond the limit, before it fills the memory. */

const LINE_FEED = 10
const RETURN = 13

/** A stream of events is counted from event to event, any other body as a whole. `tooLarge` runs once, and the reader gets an error. */
export function limitBody(response: Response, maxBytes: number, tooLarge: () => void): Response {
  const { body } = response
  if (body === null) return response
  const isStream = response.headers.get('content-type')?.includes('text/event-stream') ?? false
  let size = 0
  let lastFeed = false
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (!isStream) size += chunk.length
      else {
        for (const byte of chunk) {
          if (byte === RETURN) continue
          // A blank line ends an event.
          if (byte === LINE_FEED && lastFeed) size = 0
          else size += 1
          lastFeed = byte === LINE_FEED
        }
      }
      if (size <= maxBytes) return controller.enqueue(chunk)
      tooLarge()
      controller.error(new Error(`One message exceeded maximum size of ${maxBytes} bytes`))
    },
  })
  const limited = new Response(body.pipeThrough(count), { status: response.status, statusText: response.statusText, headers: response.headers })
  // Where it came from is asked for by who follows redirects.
  Object.defineProperty(limited, 'url', { value: response.url })
  Object.defineProperty(limited, 'redirected', { value: response.redirected })
  return limited
}
