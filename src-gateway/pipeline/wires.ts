/** Which translator speaks which wire, which kind of upstream has that wire natively, and the path of its calls. */
import { chatCodec } from '../translate/chat/codec.ts'
import type { Codec } from '../translate/codec.ts'
import { messagesCodec } from '../translate/messages/codec.ts'
import { responsesCodec } from '../translate/responses/codec.ts'
import type { WireName } from '../translate/turn.ts'
import type { UpstreamKind } from '../../src-shared/http/gateway-admin.ts'

export const CODECS: Readonly<Record<WireName, Codec>> = { 'chat-completions': chatCodec, responses: responsesCodec, messages: messagesCodec }

/** The path below an upstream's base, as its kind has it. */
export const CALL_PATHS = { chat: '/chat/completions', responses: '/responses', messages: '/messages', ollama: '/api/chat' } as const

/** The wire an upstream of this kind answers on without translation, or null. */
export function nativeWire(kind: UpstreamKind): WireName | null {
  switch (kind) {
    case 'chat': return 'chat-completions'
    case 'responses': return 'responses'
    case 'messages': return 'messages'
    case 'ollama': case 'practice': case 'scripted': return null
  }
}
