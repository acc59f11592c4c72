/** Several answers to one request (`n`), which only an upstream of the Chat Completions wire can give. Pure. */
import { CannotTranslate } from '../codec.ts'
import type { Turn } from '../turn.ts'

/** Asked before a turn is written for another wire: one answer instead of three would not be what was meant. @throws CannotTranslate */
export function refuseSeveralAnswers(turn: Turn): void {
  const count = turn.extras.wire === 'chat-completions' ? turn.extras.fields['n'] : undefined
  if (typeof count === 'number' && count > 1) throw new CannotTranslate('Only one answer can be asked for (“n”)', 'n')
}
