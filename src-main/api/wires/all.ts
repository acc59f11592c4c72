/** Every wire, by its name. */
import type { WireName } from '../../../src-shared/domain/account.ts'
import type { Wire } from '../ports.ts'
import { createChatCompletionsWire } from './chat-completions.ts'
import { createMessagesWire } from './messages.ts'
import type { WireDeps } from './open-stream.ts'
import { createResponsesWire } from './responses.ts'

export function createWires(deps: WireDeps): Readonly<Record<WireName, Wire>> {
  return { messages: createMessagesWire(deps), 'chat-completions': createChatCompletionsWire(deps), responses: createResponsesWire(deps) }
}
