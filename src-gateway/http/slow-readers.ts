/** Cuts callers who take nothing of their answer any more, so that a program that was stopped holds no upstream's place and no money for ever. */
import type { ServerResponse } from 'node:http'

/**
 * For the server's `timeout`: ms without a byte in either direction. The system's own buffers hide a slow reader for minutes; one who takes nothing at all for
 * this long will not come back.
 */
export const STALLED_MS = 600_000

/** A connection with nothing to send is a model that thinks, and is left alone. */
export function cutIfStalled(response: Pick<ServerResponse, 'on' | 'socket'>): void {
  response.on('timeout', () => {
    const { socket } = response
    if (socket && socket.writableLength > 0) socket.destroy()
  })
}
