/** Counts the requests that are being answered, streams and answers in the background included, so that an ending gateway knows when it may go. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Work } from './drain.ts'

export interface Traffic extends Work {
  /** Call for each request, before it is answered. */
  count(request: Pick<IncomingMessage, 'url'>, response: Pick<ServerResponse, 'once'>): void
  /** Work that goes on after its request was answered. */
  hold(until: Promise<void>): void
}

/** Asked by those who watch the gateway; nobody loses anything when they are cut. */
const WATCHING = /^\/(health(\/|$|\?)|metrics($|\?)|local\/v1\/events($|\?))/

export function isWatching(url: string): boolean {
  return WATCHING.test(url)
}

export function createTraffic(): Traffic {
  let running = 0
  const listeners: (() => void)[] = []
  const tellIdle = (): void => {
    if (running === 0) for (const listener of listeners.splice(0)) listener()
  }
  const begin = (): (() => void) => {
    running += 1
    return () => {
      running -= 1
      tellIdle()
    }
  }
  return {
    count: (request, response) => {
      if (!isWatching(request.url ?? '')) response.once('close', begin())
    },
    hold: (until) => void until.finally(begin()),
    running: () => running,
    onIdle: (listener) => {
      listeners.push(listener)
      tellIdle()
    },
  }
}
