/** What of a Responses request binds it to one provider: questions the pipeline asks before it sends a request on untouched, or to another wire. Pure. */
import { CannotTranslate } from '../codec.ts'
import type { Turn } from '../turn.ts'

/**
 * Whether a raw body may go to a Responses upstream as it came. Not when it hands back state that we packed (reasoning of another wire, our own compaction): a provider
 * refuses what it did not encrypt itself, so such a conversation must be read and written again.
 * @param body The request's JSON text.
 */
export const mayPassThrough = (body: string): boolean => !body.includes('"portico1.')

/** Items that stand for content which only their provider has. */
const STAND_INS: Readonly<Record<string, string>> = {
  item_reference: 'an item that another provider keeps', compaction: 'a compaction that only its provider can read', compaction_summary: 'a compaction that only its provider can read',
  compaction_trigger: 'a compaction inside the answer, which only OpenAI’s own models give',
}

/** For upstreams of other wires, which would leave such items out with a note: without them the conversation is another one. @throws CannotTranslate */
export function refuseStandIns(turn: Turn): void {
  for (const message of turn.messages) {
    for (const part of message.parts) {
      const type = part.type === 'other' && part.wire === 'responses' && typeof part.value.type === 'string' ? part.value.type : ''
      if (Object.hasOwn(STAND_INS, type)) throw new CannotTranslate(`The input has ${STAND_INS[type] ?? type} (“${type}”), and this model is served by another.`, 'input')
    }
  }
  if (turn.extras.wire === 'responses' && turn.extras.fields.prompt !== undefined && turn.extras.fields.prompt !== null) {
    throw new CannotTranslate('“prompt” names a template that another provider keeps; send its text instead.', 'prompt')
  }
}
