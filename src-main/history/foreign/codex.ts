/**
 * Sessions of Codex CLI: `sessions/YYYY/MM/DD/rollout-TIME-ID.jsonl`, packed as `.jsonl.zst` when they are old. Pure.
 *
 * A line is `{ timestamp, type, payload }`. What was said are the payloads of type `response_item`, in the form of the Responses API;
 * `event_msg` says most of it again for the screen. The first ones of all had no envelope: the line is the payload.
 * A message of role `user` is not always the person's: the client puts surroundings and instructions there too. New versions say what each part is
 * (`content_item_kinds`); of old ones the client's own tags tell.
 */
import { IMAGE_TEXT, isRecord, textIn, TranscriptBuilder, type TranscriptReader } from './types.ts'

/** What the client begins a part with that no person wrote. */
const CONTEXT = /^\s*(?:<(?:environment_context|user_instructions|permissions instructions|skills_instructions|collaboration_mode|personality_spec|context_window\w*|token_budget|rollout_budget|user_shell_command|turn_aborted|subagent_notification|recommended_plugins|hook_prompt|goal_context|internal_model_context|additional_context|model_switch|apps_instructions|plugins_instructions|skill|tools)\b|# AGENTS\.md instructions\b)/
/** Editors send what is open and selected with a prompt; the prompt follows this line. */
const EDITOR_PROMPT = /^# Context from my IDE setup:[\s\S]*?\n## My request for Codex:\s*\n/
const UNSAID_LINE = /"type":"(?:world_state|turn_context|token_usage_record|compacted)"|"type":"event_msg","payload":\{"type":"(?!thread_rolled_back)/
const UNSAID_PAYLOAD = /"type":"response_item","payload":\{"type":"(?!message")/
const FAILED = /^(?:.*\n){0,4}?(?:Process exited with code|Exit code:) (?!0\b)-?\d+/

export function codexReader(): TranscriptReader {
  const builder = new TranscriptBuilder()
  let id: string | null = null
  let folder = ''
  let model: string | null = null
  let isHelper = false

  const meta = (payload: unknown): void => {
    // A forked session repeats the one it came from, its first line included.
    if (id !== null) return
    id = textIn(payload, 'id')
    folder = textIn(payload, 'cwd') ?? folder
    const source = isRecord(payload) ? payload['source'] : null
    isHelper = (isRecord(source) && 'subagent' in source) || textIn(payload, 'thread_source') === 'subagent'
  }

  const message = (payload: Record<string, unknown>, at: number): void => {
    const role = payload['role']
    if (role !== 'user' && role !== 'assistant') return
    const parts = Array.isArray(payload['content']) ? payload['content'].filter(isRecord) : []
    const marks = payload['internal_chat_message_metadata_passthrough']
    const kinds = isRecord(marks) && Array.isArray(marks['content_item_kinds']) ? marks['content_item_kinds'] : []
    const texts = parts.flatMap((part, index) => {
      if (part['type'] === 'input_image') return [IMAGE_TEXT]
      const text = textIn(part, 'text')
      if (text === null) return []
      if (role === 'assistant') return [text]
      if (folder === '') folder = /<cwd>([^<]+)<\/cwd>/.exec(text)?.[1] ?? ''
      const kind: unknown = kinds.length === parts.length ? kinds[index] : null
      if (typeof kind === 'string' && kind !== 'unknown' ? !kind.startsWith('user.') : CONTEXT.test(text)) return []
      return [text.replace(EDITOR_PROMPT, '')]
    })
    builder.say(role, at, texts.join('\n'))
  }

  const item = (payload: Record<string, unknown>, at: number): void => {
    const callId = textIn(payload, 'call_id') ?? textIn(payload, 'id') ?? `call-${builder.items.length}`
    switch (payload['type']) {
      case 'message':
        return message(payload, at)
      case 'function_call': {
        const space = textIn(payload, 'namespace')
        const name = textIn(payload, 'name') ?? 'tool'
        return builder.call(at, callId, space === null ? name : `${space}__${name}`, textIn(payload, 'arguments') ?? '{}')
      }
      case 'custom_tool_call':
        return builder.call(at, callId, textIn(payload, 'name') ?? 'tool', textIn(payload, 'input') ?? '')
      case 'local_shell_call':
        return builder.call(at, callId, 'shell', JSON.stringify(payload['action'] ?? {}))
      case 'web_search_call':
        // It ran at the model's provider; only what was asked is kept.
        return builder.call(at, callId, 'web_search', JSON.stringify(payload['action'] ?? {}), '')
      case 'function_call_output':
      case 'custom_tool_call_output': {
        const { text, isError } = outputOf(payload['output'])
        return builder.result(callId, text, isError)
      }
      default:
        // Reasoning, and the client's own look-ups of its tools.
        return
    }
  }

  return {
    mayBeSaid: (line) => {
      const head = line.toString('latin1', 0, 200)
      return !UNSAID_LINE.test(head) && !UNSAID_PAYLOAD.test(head)
    },
    line: (value) => {
      const at = builder.saw(value['timestamp'])
      const payload = value['payload']
      if (!isRecord(payload)) {
        if ('type' in value) item(value, at)
        else if ('id' in value) meta(value)
        return
      }
      if (value['type'] === 'session_meta') meta(payload)
      else if (value['type'] === 'response_item') item(payload, at)
      else if (value['type'] === 'turn_context') model = textIn(payload, 'model') ?? model
      else if (value['type'] === 'event_msg' && payload['type'] === 'thread_rolled_back') rollBack(builder, payload['num_turns'])
    },
    facts: () => ({ id, folder, model, isHelper, startedAt: builder.startedAt, updatedAt: builder.updatedAt, items: builder.items }),
  }
}

/** The person went back: the last turns, each from its prompt on, are no longer part of the conversation. */
function rollBack(builder: TranscriptBuilder, turns: unknown): void {
  if (typeof turns !== 'number') return
  const prompts = builder.items.flatMap((item, index) => (item.kind === 'user' ? [index] : []))
  const from = turns > 0 ? prompts.at(-Math.min(turns, prompts.length)) : undefined
  if (from !== undefined) builder.cut(from)
}

/** A result is text, a list of parts, or (in old files) JSON text with the exit code beside the output. */
function outputOf(output: unknown): { text: string; isError: boolean } {
  if (Array.isArray(output)) {
    return { text: output.map((part) => textIn(part, 'text') ?? (textIn(part, 'type') === 'input_image' ? IMAGE_TEXT : '')).join('\n'), isError: false }
  }
  if (isRecord(output)) return { ...outputOf(output['content']), isError: output['success'] === false }
  const text = typeof output === 'string' ? output : ''
  if (text.startsWith('{"output":')) {
    try {
      const old: unknown = JSON.parse(text)
      const code = isRecord(old) && isRecord(old['metadata']) ? old['metadata']['exit_code'] : 0
      return { text: textIn(old, 'output') ?? text, isError: typeof code === 'number' && code !== 0 }
    } catch {
      // A tool whose own text begins like that.
    }
  }
  return { text, isError: FAILED.test(text) }
}
