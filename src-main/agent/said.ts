/** Puts what a person says into a session, with what they attached. Called inside a transaction. */
import type { ChatEvent, QueuedMessage, SessionItem } from '../../src-shared/domain/session.ts'
import type { ModelMessage } from '../api/ports.ts'
import { viewOf, type Attached } from '../sessions/attachments-table.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import { userMessage } from './attach.ts'

type Said = Extract<SessionItem, { kind: 'user' }>

const itemOf = (base: Pick<Said, 'id' | 'turnId' | 'at' | 'text'>, attached: readonly Attached[]): Said => ({
  kind: 'user', ...base, ...(attached.length === 0 ? {} : { attachments: attached.map(viewOf) }),
})

export function saySomething(repository: SessionRepository, sessionId: string, base: Pick<Said, 'id' | 'turnId' | 'at' | 'text'>, attached: readonly Attached[]): ChatEvent {
  const item = itemOf(base, attached)
  const index = repository.appendItem(sessionId, 0, item)
  repository.saveAttachments(sessionId, item.id, attached)
  return { type: 'item', sessionId, index, item }
}

/** A message that waited, in its place now, and as the model gets it. */
export function deliverQueued(repository: SessionRepository, sessionId: string, message: QueuedMessage, to: { id: string; turnId: string; step: number; at: number }): { event: ChatEvent; message: ModelMessage } {
  const attached = repository.attachments(message.id)
  const item = itemOf({ id: to.id, turnId: to.turnId, at: to.at, text: message.text }, attached)
  repository.unqueueMessage(sessionId, message.id)
  repository.moveAttachments(message.id, item.id)
  return { event: { type: 'item', sessionId, index: repository.appendItem(sessionId, to.step, item), item }, message: userMessage(message.text, attached) }
}
