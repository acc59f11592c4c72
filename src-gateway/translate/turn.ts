/**
 * The one internal form that every wire is translated to and from: what is asked of a model (`Turn`), and its answer as events in order (`TurnEvent`).
 * Types, small readers and counting; pure. Whatever a wire can say has a place here; what only one wire knows travels in `extras` or an `other` part and
 * is either written back to that wire or noted as left out, never dropped silently.
 */

export type WireName = 'chat-completions' | 'responses' | 'messages'

/** Anthropic's `cache_control`; other wires cache by themselves and ignore it without loss of meaning. */
export interface CacheMark {
  ttl: string | null
}

/**
 * A part or tool as it came, kept when it says more than the turn has a place for (citations, a document's context, input examples): its own wire writes
 * this instead. `value` null = a neighbour's `value` says this part already, so its own wire leaves it out and others write it.
 */
export interface NativeForm {
  wire: WireName
  value: Readonly<Record<string, unknown>> | null
}

export type MediaSource =
  | { kind: 'base64'; mimeType: string; data: string }
  | { kind: 'url'; url: string }
  /** A file that the wire's own provider keeps. */
  | { kind: 'file'; id: string }
  /** A document given as plain text. */
  | { kind: 'text'; text: string }

/**
 * What lets a provider go on from its own reasoning: opaque, and only the wire it came from can read it.
 * `signature`: Anthropic's signed thinking; `redacted`: its encrypted block without text; `encrypted`: OpenAI's `encrypted_content` with the item's id.
 */
export type ReasoningState =
  | { wire: 'messages'; signature: string }
  | { wire: 'messages'; redacted: string }
  | { wire: 'responses'; id: string; encrypted: string | null }

/** `function`: JSON arguments. `custom`: free text (Codex’s apply_patch and exec). `tool-search`: Codex’s client-run search, arguments an object on its wire. */
export type ToolKind = 'function' | 'custom' | 'tool-search'

export type TurnPart =
  | { type: 'text'; text: string; cache?: CacheMark; native?: NativeForm }
  | { type: 'image'; source: MediaSource; detail: string | null; cache?: CacheMark; native?: NativeForm }
  | { type: 'document'; source: MediaSource; mimeType: string | null; name: string | null; cache?: CacheMark; native?: NativeForm }
  | { type: 'audio'; format: string; data: string }
  /** A tool that became available in the conversation (Anthropic’s `tool_reference`), by its name on the wire it came from. */
  | { type: 'tool-reference'; name: string; native?: NativeForm }
  /** What the model thought: `full` text or only a `summary`; `state` null when its provider gave none. */
  | { type: 'reasoning'; text: string; form: 'full' | 'summary'; state: ReasoningState | null }
  | { type: 'refusal'; text: string }
  | { type: 'tool-call'; callId: string; name: string; namespace: string | null; kind: ToolKind; /** JSON for function and tool-search, free text for custom. */ argumentsText: string; cache?: CacheMark; native?: NativeForm }
  /** A part that only `wire` knows, as it came. */
  | { type: 'other'; wire: WireName; value: Readonly<Record<string, unknown>> }

/**
 * In the order they were said. `system` may stand anywhere (Claude Code and Codex say it in the middle). A `tool` message is one result.
 * Two assistant messages may follow each other (Responses items): writers whose wire does not allow that join them.
 */
export type TurnMessage =
  /** `from`: it came as Responses’ `instructions`, not as an input item. */
  | { role: 'system'; parts: readonly TurnPart[]; from?: 'instructions' }
  | { role: 'user'; parts: readonly TurnPart[]; name?: string }
  | { role: 'assistant'; parts: readonly TurnPart[] }
  | { role: 'tool'; callId: string; kind: ToolKind; parts: readonly TurnPart[]; isError: boolean; cache?: CacheMark }

/** Where a Responses request told of a tool, so that its own wire gets back what it said: in `tools`, an `additional_tools` item or a `tool_search_output`; and its namespace’s description. */
export interface ToolHome {
  listed: 'tools' | 'additional' | 'searched'
  namespaceDescription: string | null
}

export interface FunctionTool {
  kind: 'function'
  name: string
  /** Codex’s `mcp__SERVER`, or null. */
  namespace: string | null
  description: string
  inputSchema: Readonly<Record<string, unknown>>
  strict: boolean | null
  /** Sent, but not offered to the model until a `tool-reference` names it (Anthropic’s `defer_loading`). */
  deferred: boolean
  cache?: CacheMark
  native?: NativeForm
  /** Absent: plainly in `tools`. */
  home?: ToolHome
}
export type TurnTool =
  | FunctionTool
  | { kind: 'custom'; name: string; namespace: string | null; description: string; /** Responses’ `format` (text or grammar) as it came. */ format: Readonly<Record<string, unknown>> | null; home?: ToolHome }
  /** Codex’s `tool_search` with `execution: "client"`. */
  | { kind: 'tool-search'; name: string; description: string; inputSchema: Readonly<Record<string, unknown>> }
  /** Run by the provider itself (`web_search`, `code_interpreter`, …): only an upstream of the same wire may have it. `value` is as it came. */
  | { kind: 'hosted'; wire: WireName; type: string; value: Readonly<Record<string, unknown>> }

export type ToolChoice = { kind: 'auto' } | { kind: 'none' } | { kind: 'required' } | { kind: 'tool'; name: string; namespace: string | null }

export interface Turn {
  /** As the caller named it. */
  model: string
  messages: readonly TurnMessage[]
  tools: readonly TurnTool[]
  toolChoice: ToolChoice
  /** Null = the wire’s default (allowed). */
  parallelTools: boolean | null
  maxTokens: number | null
  temperature: number | null
  topP: number | null
  topK: number | null
  stop: readonly string[]
  /** `effort`: the caller’s word (`low`, `xhigh`, …). `budgetTokens`: Anthropic’s. `mode`: said to be on, off or left to the model. `summary`: Responses’ `auto`/`detailed`/…. */
  reasoning: { effort: string | null; budgetTokens: number | null; mode: 'on' | 'off' | 'adaptive' | null; summary: string | null }
  /** The shape the answer’s text must have; null = free. `schema` null = any JSON. */
  format: { name: string; schema: Readonly<Record<string, unknown>> | null; strict: boolean | null; description: string | null } | null
  verbosity: string | null
  /** Responses’ and Chat’s `prompt_cache_key`. */
  cacheKey: string | null
  /** An id of the end user that the provider should know (`user`, `metadata.user_id`, `safety_identifier`). */
  user: string | null
  /** Request fields that only `wire` knows, as they came. */
  extras: { wire: WireName; fields: Readonly<Record<string, unknown>> }
}

export type FinishReason = 'end' | 'tool-calls' | 'length' | 'stop-sequence' | 'refused' | 'paused' | 'context-full'

/** Null = the provider did not say. */
export interface TurnUsage {
  /** All input, cached or not, read or written (OpenAI’s convention; Anthropic’s three numbers added up). */
  inputTokens: number | null
  /** Of those, read from and written to the provider’s cache. */
  cacheReadTokens: number | null
  cacheWriteTokens: number | null
  /** All output, reasoning included. */
  outputTokens: number | null
  /** Of those, spent on reasoning. */
  reasoningTokens: number | null
}
export const UNKNOWN_USAGE: TurnUsage = { inputTokens: null, cacheReadTokens: null, cacheWriteTokens: null, outputTokens: null, reasoningTokens: null }

/**
 * A model’s answer. Blocks follow each other and never interleave: text and reasoning blocks are their deltas, ended by another block or `reasoning-end`;
 * a tool call is `tool-start`, deltas, `tool-end`. `usage` may come several times, each one the whole so far (never to be added up). `finish` is last, once;
 * `failure` instead of it when the stream itself carries an error.
 *
 * A call that broke off (the answer's limit was reached inside its arguments) has no `tool-end`: another block, `finish` or `failure` comes while it is open. Readers
 * give a `tool-end` only to calls they know to be whole, and leave a half one out when it has not begun to stream. Writers never complete an open call: a whole
 * answer leaves it out, a stream does not say that it ended. So no client runs half a patch.
 */
export type TurnEvent =
  /** The provider’s own id and model, when it gave them. */
  | { type: 'start'; responseId: string | null; model: string | null }
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string; form: 'full' | 'summary' }
  | { type: 'reasoning-end'; state: ReasoningState | null }
  | { type: 'refusal'; text: string }
  | { type: 'tool-start'; callId: string; name: string; namespace: string | null; kind: ToolKind }
  | { type: 'tool-delta'; text: string }
  | { type: 'tool-end' }
  | { type: 'usage'; usage: TurnUsage }
  | { type: 'finish'; reason: FinishReason; stopSequence: string | null }
  | { type: 'failure'; failure: TurnFailure }

/** What went wrong at the provider, without the wire’s clothing. `status` is what it would have been as an answer. */
export interface TurnFailure {
  status: number
  /** The provider’s word (`rate_limit_exceeded`, `overloaded_error`, `context_length_exceeded`, …), or null. */
  code: string | null
  message: string
  /** Seconds to wait before another try, when the provider said so. */
  retryAfter?: number
}

/** The text of a message or of parts: its text parts joined by line breaks; everything else is not in it. */
export function textOf(parts: readonly TurnPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

/** Tokens where no tokenizer tells: four characters each, rounded up. The practice model is defined by this count; for others it is an estimate. */
export const tokensOf = (characters: number): number => Math.ceil(characters / 4)

/** An image counts as this many tokens, about what hosted models bill for one; a page-less document and a sound the same per 30 000 base64 characters. */
const IMAGE_TOKENS = 1000

function weigh(parts: readonly TurnPart[]): { characters: number; tokens: number } {
  let characters = 0
  let tokens = 0
  for (const part of parts) {
    switch (part.type) {
      case 'text': case 'refusal': case 'reasoning': characters += part.text.length; break
      case 'tool-call': characters += part.name.length + part.argumentsText.length; break
      case 'image': tokens += IMAGE_TOKENS; break
      case 'document':
        if (part.source.kind === 'text') characters += part.source.text.length
        else tokens += part.source.kind === 'base64' ? IMAGE_TOKENS * Math.max(1, Math.ceil(part.source.data.length / 30_000)) : IMAGE_TOKENS
        break
      case 'audio': tokens += IMAGE_TOKENS * Math.max(1, Math.ceil(part.data.length / 30_000)); break
      case 'tool-reference': characters += part.name.length; break
      case 'other': characters += JSON.stringify(part.value).length; break
    }
  }
  return { characters, tokens }
}

/** What a turn sends, in tokens by the rule above. At least 1. */
export function countInput(turn: Turn): number {
  let characters = 0
  let tokens = 0
  for (const message of turn.messages) {
    const weight = weigh(message.parts)
    characters += weight.characters
    tokens += weight.tokens
  }
  for (const tool of turn.tools) {
    if (tool.kind === 'hosted') characters += JSON.stringify(tool.value).length
    else characters += tool.name.length + tool.description.length + JSON.stringify(tool.kind === 'custom' ? (tool.format ?? {}) : tool.inputSchema).length
  }
  return Math.max(1, tokensOf(characters) + tokens)
}

/** Characters an event delivers to the caller. */
export function charactersOf(event: TurnEvent): number {
  switch (event.type) {
    case 'text': case 'reasoning': case 'refusal': case 'tool-delta': return event.text.length
    case 'tool-start': return event.name.length
    case 'start': case 'reasoning-end': case 'tool-end': case 'usage': case 'finish': case 'failure': return 0
  }
}
