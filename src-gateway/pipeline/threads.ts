/**
 * Anthropic's message threads (beta `message-threads-2026-08-12`): the provider keeps the conversation and is sent only what is new. The official SDK's
 * tool runner asks for one by itself and goes on without when it is told, in the provider's own words, that there is none here.
 */
import type { Attempt } from './attempt.ts'
import { Refused } from './call.ts'
import { nativeWire } from './wires.ts'

/** What Anthropic's API answers when a request cannot be threaded; the SDK looks for it in `error.details.error_code`. */
const THREAD_UNSUPPORTED = 'thread_unsupported_request'

/** @throws Refused (400) when the call builds on a thread that its upstream cannot keep: without it, most of the conversation would be missing unseen. */
export function refuseThread({ call, target }: Attempt): void {
  const { thread } = call.body
  if (call.wire !== 'messages' || thread === undefined || thread === null || nativeWire(target.upstream.kind) === 'messages') return
  const message = `thread: the model “${call.turn.model}” is answered by “${target.upstream.name}”, which keeps no message threads; send all messages without “thread”`
  throw new Refused({ failure: { status: 400, code: THREAD_UNSUPPORTED, message }, headers: {}, raw: null, upstreamStatus: null, isWorthAnother: true, isUpstreamsFault: false })
}
