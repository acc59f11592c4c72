/** The one internal form that every wire is translated to and from: what is asked of a model, and its answer as events in order. Types and counting; pure. */

export interface TurnImage {
  mimeType: string
  /** A `data:` or `https:` URL. */
  url: string
}

export type TurnMessage =
  | { role: 'user'; text: string; images: readonly TurnImage[] }
  | { role: 'assistant'; text: string; toolCalls: readonly TurnToolCall[] }
  | { role: 'tool'; callId: string; text: string; isError: boolean; images: readonly TurnImage[] }

export interface TurnToolCall {
  callId: string
  name: string
  /** JSON text. */
  argumentsText: string
}

export interface TurnTool {
  name: string
  description: string
  inputSchema: Readonly<Record<string, unknown>>
}

export type ToolChoice = { kind: 'auto' } | { kind: 'none' } | { kind: 'required' } | { kind: 'tool'; name: string }

export interface Turn {
  model: string
  system: string
  messages: readonly TurnMessage[]
  tools: readonly TurnTool[]
  toolChoice: ToolChoice
  maxTokens: number | null
  temperature: number | null
  stop: readonly string[]
}

export type FinishReason = 'end' | 'tool-calls' | 'length' | 'refused'

/** A model's answer. Each tool call is a `tool-start` followed by its deltas; `usage` comes before `finish`, which is last. */
export type TurnEvent =
  | { type: 'text'; text: string }
  | { type: 'tool-start'; callId: string; name: string }
  | { type: 'tool-delta'; text: string }
  | { type: 'usage'; inputTokens: number; outputTokens: number }
  | { type: 'finish'; reason: FinishReason }

/** Tokens where no tokenizer tells: four characters each, rounded up. The practice model is defined by this count; for others it is an estimate. */
export const tokensOf = (characters: number): number => Math.ceil(characters / 4)

/** An image counts as this many tokens, about what hosted models bill for one. */
const IMAGE_TOKENS = 1000

/** What a turn sends, in tokens by the rule above. At least 1. */
export function countInput(turn: Turn): number {
  let characters = turn.system.length
  let images = 0
  for (const message of turn.messages) {
    characters += message.text.length
    if (message.role === 'assistant') for (const call of message.toolCalls) characters += call.name.length + call.argumentsText.length
    else images += message.images.length
  }
  for (const tool of turn.tools) characters += tool.name.length + tool.description.length + JSON.stringify(tool.inputSchema).length
  return Math.max(1, tokensOf(characters) + images * IMAGE_TOKENS)
}

/** Characters an event delivers to the caller. */
export function charactersOf(event: TurnEvent): number {
  switch (event.type) {
    case 'text': case 'tool-delta': return event.text.length
    case 'tool-start': return event.name.length
    case 'usage': case 'finish': return 0
  }
}
