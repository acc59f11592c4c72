/** Turns a gateway's answer to `device/start` into a login that waits, and finds the page a person approves it on. Pure. */
import { AppError } from '../../src-shared/errors.ts'
import { DEVICE_ROUTES, type DeviceStartAnswer } from '../../src-shared/http/device-login.ts'
import { isLoopback } from '../api/base-url.ts'
import type { PendingLogin } from './machine.ts'

/** No gateway's answer may make us poll faster than this, in milliseconds. */
const SHORTEST_INTERVAL = 1_000

/**
 * `now` is our clock, epoch ms: expiry is counted on it, whatever the gateway's clock says.
 * @throws AppError `api.unexpected-answer` when the page is not on https (or on this computer).
 */
export function pendingFrom(answer: DeviceStartAnswer, place: { systemId: string; baseUrl: string }, now: number): PendingLogin {
  for (const page of [answer.verification_uri, answer.verification_uri_complete]) {
    if (page !== undefined && !isOpenable(page)) {
      throw new AppError('api.unexpected-answer', { route: DEVICE_ROUTES.start, status: 'an address that is not safe to open', requestId: null })
    }
  }
  return {
    systemId: place.systemId,
    baseUrl: place.baseUrl,
    userCode: answer.user_code,
    verificationUri: answer.verification_uri,
    verificationUriComplete: answer.verification_uri_complete ?? null,
    startedAt: now,
    expiresAt: now + answer.expires_in * 1000,
    interval: Math.max(SHORTEST_INTERVAL, answer.interval * 1000),
  }
}

function isOpenable(page: string): boolean {
  const url = new URL(page)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/**
 * The page to open. `local` is given for the embedded gateway only: its address of this run (the port may have changed since the
 * login began) and a one-time ticket by which the page knows the person at this computer.
 */
export function pageFor(pending: PendingLogin, local: { url: string; ticket: string | null } | null): string {
  const page = new URL(pending.verificationUriComplete ?? pending.verificationUri)
  if (local) {
    const here = new URL(local.url)
    page.protocol = here.protocol
    page.host = here.host
    if (local.ticket !== null) page.searchParams.set('ticket', local.ticket)
  }
  return page.toString()
}

/** The address a person may type, on the embedded gateway's port of this run. */
export function onEmbedded(pending: PendingLogin, url: string): PendingLogin {
  const local = { url, ticket: null }
  const complete = pending.verificationUriComplete
  return {
    ...pending,
    verificationUri: pageFor({ ...pending, verificationUriComplete: null }, local),
    verificationUriComplete: complete === null ? null : pageFor(pending, local),
  }
}
