/** Requests that a caller sends one behind the other without waiting for answers (HTTP pipelining) are answered one by one. */
import type { RequestListener } from 'node:http'

/**
 * A request is begun when its answer has the connection. Until then nothing could be sent: an answer made meanwhile would fill the memory at its upstream's speed,
 * and nobody would hear that the caller left, so that it would be made, and charged, to its end. One whose caller leaves before its turn is never begun.
 */
export function inTurn(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (response.socket !== null) listener(request, response)
    else response.once('socket', () => listener(request, response))
  }
}
