/** A finished answer as one response object. Pure. */
import { laterUsage, type AnswerHead } from '../codec.ts'
import { UNKNOWN_USAGE, charactersOf, type ReasoningState, type TurnEvent } from '../turn.ts'
import { callItem, endingOf, itemIds, messageItem, PREFIX, reasoningId, reasoningItem, responseBase, usageItem, withHalf, type Call, type ContentPart, type Ending, type Item } from './answer-items.ts'
import { answerError, CUT } from './errors.ts'

type Block =
  | { type: 'message'; parts: ContentPart[] }
  | { type: 'reasoning'; text: string; form: 'full' | 'summary'; state: ReasoningState | null }
  | { type: 'call'; call: Call; text: string; isWhole: boolean }

export function writeAnswer(head: AnswerHead, events: readonly TurnEvent[]): Record<string, unknown> {
  const blocks: Block[] = []
  // The block that still grows, or null between blocks.
  let open: Block | null = null
  let usage = UNKNOWN_USAGE
  let characters = 0
  let ending: Ending | null = null
  const begin = <B extends Block>(block: B): B => {
    blocks.push(block)
    open = block
    return block
  }
  const say = (type: ContentPart['type'], text: string): void => {
    // Assigned inside closures, which the compiler does not follow.
    const current = open as Block | null
    const message = current?.type === 'message' ? current : begin({ type: 'message', parts: [] })
    const last = message.parts.at(-1)
    if (last?.type === type) last.text += text
    else message.parts.push({ type, text })
  }
  for (const event of events) {
    const current = open as Block | null
    characters += charactersOf(event)
    // An empty text must not open an item.
    if ((event.type === 'text' || event.type === 'refusal' || event.type === 'reasoning') && event.text === '') continue
    switch (event.type) {
      case 'text': say('output_text', event.text); break
      case 'refusal': say('refusal', event.text); break
      case 'reasoning':
        if (current?.type === 'reasoning') current.text += event.text
        else begin({ type: 'reasoning', text: event.text, form: event.form, state: null })
        break
      case 'reasoning-end':
        if (current?.type === 'reasoning') current.state = event.state
        else if (event.state) begin({ type: 'reasoning', text: '', form: 'summary', state: event.state })
        open = null
        break
      case 'tool-start': begin({ type: 'call', call: { callId: event.callId, name: event.name, namespace: event.namespace, kind: event.kind }, text: '', isWhole: false }); break
      case 'tool-delta': if (current?.type === 'call') current.text += event.text; break
      case 'tool-end':
        if (current?.type === 'call') current.isWhole = true
        open = null
        break
      case 'usage': usage = laterUsage(usage, event.usage); break
      case 'finish': ending ??= endingOf(event.reason, blocks.some((block) => block.type === 'message' && block.parts.some((part) => part.type === 'refusal'))); break
      case 'failure': ending ??= { status: 'failed', error: answerError(event.failure), incompleteReason: null }; break
      case 'start': break
    }
  }
  const given = ending ?? { status: 'failed' as const, error: answerError(CUT), incompleteReason: null }
  const ids = itemIds(head.responseId)
  // A call that broke off is left out: clients run what is there, and must not run half a patch.
  const whole = blocks.filter((block) => block.type !== 'call' || block.isWhole)
  const ended = whole.length < blocks.length ? withHalf(given) : given
  const output = whole.map((block, index) => itemOf(block, index, ids, ended, index === whole.length - 1 && whole.length === blocks.length))
  return {
    ...responseBase(head), status: ended.status, error: ended.error, incomplete_details: ended.incompleteReason === null ? null : { reason: ended.incompleteReason },
    output, usage: usageItem(usage, head.inputTokens, characters),
  }
}

function itemOf(block: Block, index: number, ids: ReturnType<typeof itemIds>, ending: Ending, isLast: boolean): Item {
  const status = isLast && ending.status !== 'completed' ? 'incomplete' : 'completed'
  switch (block.type) {
    case 'message': return messageItem(ids('msg', index), block.parts, status)
    case 'reasoning': return reasoningItem(reasoningId(ids('rs', index), block.state), block.text, block.form, block.state)
    case 'call': {
      const text = block.call.kind === 'function' && block.text === '' ? '{}' : block.text
      return callItem(ids(PREFIX[block.call.kind], index), block.call, text, 'completed')
    }
  }
}
