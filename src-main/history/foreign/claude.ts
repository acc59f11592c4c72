/**
 * Sessions of Claude Code: `projects/FOLDER-WITH-DASHES/ID.jsonl`. Pure.
 *
 * Lines with a `message` (of the Messages API) are what was said, one content block each; many other kinds of lines are the client's bookkeeping.
 * A line knows the one before it (`parentUuid`). Who goes back and asks something else leaves the old prompt and its answers in the file:
 * the new prompt then has the same parent as the old one. Side conversations of subagents, what the client put in (`isMeta`, `<system-reminder>`),
 * summaries of a compacted conversation, and its own errors are no part of what the person and the model said.
 */
import { IMAGE_TEXT, isRecord, textIn, TranscriptBuilder, type TranscriptReader } from './types.ts'

const REMINDERS = /<system-reminder>[\s\S]*?<\/system-reminder>\s*/g
/** What the client writes in the person's name. */
const NOT_TYPED = /^\s*(?:<(?:local-command-caveat|bash-input|bash-stdout|bash-stderr|task-notification)>|\[Request interrupted by user)/
const COMMAND = /<command-name>\s*([^<]+?)\s*<\/command-name>/
const COMMAND_ARGUMENTS = /<command-args>([\s\S]*?)<\/command-args>/
/** Senders of a user message that are no person: helpers, timers, other sessions. */
const NOT_A_PERSON = new Set(['task-notification', 'peer', 'plugin', 'auto-continuation', 'coordinator', 'observer-activity', 'unclassified'])
/** A command that the client ran itself says what came of it; the model never saw it. */
const COMMAND_OUTPUT = /^\s*<local-command-std(?:out|err)>/

export function claudeReader(): TranscriptReader {
  const builder = new TranscriptBuilder()
  let id: string | null = null
  let folder = ''
  let model: string | null = null
  let command = -1
  const seen = new Set<string>()
  /** Where a prompt stands, by the line before it. */
  const promptAfter = new Map<string, number>()

  const prompt = (value: Record<string, unknown>, at: number, text: string): void => {
    const typed = text.replace(REMINDERS, '')
    if (COMMAND_OUTPUT.test(typed)) {
      if (command >= 0 && command === builder.items.length - 1) builder.cut(command)
      return
    }
    if (NOT_TYPED.test(typed) || typed.trim() === '') return
    const parent = textIn(value, 'parentUuid')
    if (parent !== null) {
      const before = promptAfter.get(parent)
      if (before !== undefined) builder.cut(before)
      promptAfter.set(parent, builder.items.length)
    }
    const name = COMMAND.exec(typed)?.[1]
    command = name === undefined ? -1 : builder.items.length
    builder.say('user', at, name === undefined ? typed : `${name} ${COMMAND_ARGUMENTS.exec(typed)?.[1] ?? ''}`.trim())
  }

  const fromUser = (value: Record<string, unknown>, at: number, content: unknown): void => {
    if (typeof content === 'string') return prompt(value, at, content)
    const blocks = Array.isArray(content) ? content.filter(isRecord) : []
    for (const block of blocks) {
      if (block['type'] === 'tool_result') builder.result(textIn(block, 'tool_use_id') ?? '', resultText(block['content']), block['is_error'] === true)
    }
    // Reminders are blocks of their own here: joined first, so that what is left of one is not a prompt.
    const said = blocks.flatMap((block) => (block['type'] === 'image' ? [IMAGE_TEXT] : block['type'] === 'text' ? [textIn(block, 'text') ?? ''] : []))
    if (said.length > 0) prompt(value, at, said.join('\n'))
  }

  const fromModel = (value: Record<string, unknown>, at: number, message: Record<string, unknown>): void => {
    if (value['isApiErrorMessage'] === true || message['model'] === '<synthetic>') return
    model = textIn(message, 'model') ?? model
    const blocks = Array.isArray(message['content']) ? message['content'].filter(isRecord) : []
    for (const block of blocks) {
      if (block['type'] === 'text') builder.say('assistant', at, textIn(block, 'text') ?? '')
      else if (block['type'] === 'tool_use' || block['type'] === 'server_tool_use') {
        // What runs at the model's provider has its result in the answer, in a form of its own.
        const elsewhere = block['type'] === 'server_tool_use' ? '' : null
        builder.call(at, textIn(block, 'id') ?? `call-${builder.items.length}`, textIn(block, 'name') ?? 'tool', JSON.stringify(block['input'] ?? {}), elsewhere)
      }
    }
  }

  return {
    mayBeSaid: (line) => {
      // A quote inside of a string is escaped, so these bytes are never part of a text.
      const head = line.toString('latin1', 0, 64)
      if (head.startsWith('{"type":"') && !/^\{"type":"(?:user|assistant|attachment)"/.test(head)) return false
      if (!line.includes('"type":"text"') && (line.includes('"type":"tool_result"') || line.includes('"type":"thinking"'))) return false
      return line.includes('"type":"user"') || line.includes('"type":"assistant"') || line.includes('"queued_command"')
    },
    line: (value) => {
      if (value['isSidechain'] === true) return
      const uuid = textIn(value, 'uuid')
      // Old versions wrote a line again when a session went on.
      if (uuid !== null && seen.has(uuid)) return
      if (uuid !== null) seen.add(uuid)
      id ??= textIn(value, 'sessionId')
      if (folder === '') folder = textIn(value, 'cwd') ?? ''
      if (value['isMeta'] === true || value['isCompactSummary'] === true || value['isVisibleInTranscriptOnly'] === true) return
      const { type, message, attachment } = value
      if (type === 'attachment' && isRecord(attachment) && attachment['type'] === 'queued_command' && attachment['isMeta'] !== true) {
        // Typed while the model was at work.
        const queued = attachment['prompt']
        if (fromPerson(attachment)) fromUser({}, builder.saw(value['timestamp']), queued)
        return
      }
      if (!isRecord(message)) return
      if (type === 'user' && fromPerson(value)) fromUser(value, builder.saw(value['timestamp']), message['content'])
      else if (type === 'assistant') fromModel(value, builder.saw(value['timestamp']), message)
    },
    facts: () => ({ id, folder, model, isHelper: false, startedAt: builder.startedAt, updatedAt: builder.updatedAt, items: builder.items }),
  }
}

function fromPerson(value: Record<string, unknown>): boolean {
  return !NOT_A_PERSON.has(textIn(value['origin'], 'kind') ?? '')
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => textIn(part, 'text') ?? (textIn(part, 'type') === 'image' ? IMAGE_TEXT : textIn(part, 'tool_name') ?? '')).join('\n')
}
