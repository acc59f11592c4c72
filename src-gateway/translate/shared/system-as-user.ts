/** Claude Code's `role: "system"` in the middle of a Messages conversation, for servers that know only user and assistant: said inside the user's message beside it. Pure. */
type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Claude knows this way of being told something by its surroundings, and models trained on its conversations do too. */
export const reminder = (text: string): Json => ({ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` })

const blocksOf = (content: unknown): readonly Json[] => (typeof content === 'string' ? [{ type: 'text', text: content }] : Array.isArray(content) ? content.filter(isRecord) : [])
/** Other blocks of a system message (a tool's addition) only mean something to a server that knows the role. */
const remindersIn = (content: unknown): readonly Json[] => blocksOf(content).flatMap((block) => (typeof block['text'] === 'string' && block['text'].trim() !== '' ? [reminder(block['text'])] : []))

/** Null when no message has the role. */
export function systemAsUser(body: Json): Record<string, unknown> | null {
  const { messages } = body
  if (!Array.isArray(messages) || !messages.some((message) => isRecord(message) && message['role'] === 'system')) return null
  const written: Json[] = []
  for (const message of messages.filter(isRecord)) {
    const isSystem = message['role'] === 'system'
    const content = isSystem ? remindersIn(message['content']) : blocksOf(message['content'])
    const last = written.at(-1)
    if (content.length === 0 && isSystem) continue
    if (last?.['role'] === 'user' && (isSystem || message['role'] === 'user')) written[written.length - 1] = { ...last, content: resultsFirst([...blocksOf(last['content']), ...content]) }
    else written.push(isSystem ? { role: 'user', content } : message)
  }
  return { ...body, messages: written }
}

/** A call's results must begin the message after it. */
function resultsFirst(blocks: readonly Json[]): readonly Json[] {
  const isResult = (block: Json): boolean => block['type'] === 'tool_result'
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))]
}
