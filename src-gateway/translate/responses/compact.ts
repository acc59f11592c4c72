/**
 * Compaction of a conversation (`POST /v1/responses/compact`, `POST /v1/responses/{id}/compact`), as pure steps: what stays word for word, the text that a model must
 * summarise, and the compacted answer. A summary travels as a `compaction` item whose `encrypted_content` holds it packed; `readRequest` unfolds it for any upstream.
 */
import { packReasoning, unpackReasoning } from '../reasoning-state.ts'
import { tokensOf, type TurnUsage } from '../turn.ts'
import { CannotTranslate } from '../codec.ts'
import { usageItem } from './answer-items.ts'
import { isJson, objectsOf, textOr, type Json } from './fields.ts'
import { withIds } from './input-items.ts'

export interface CompactionPlan {
  /** Stays as it is, in order: instructions said as messages, tools given as items, other providers' compactions, and the newest messages of the user. */
  kept: readonly Json[]
  /** Everything else as plain text, oldest first. Empty when there is nothing to summarise. */
  transcript: string
}

export interface CompactionLimits {
  /** Tokens of the user's messages that stay; what is older goes into the summary. Codex's own local compaction keeps as much. */
  keepTokens: number
  /** Characters of one tool's result in the transcript: its beginning and end. */
  resultCharacters: number
  /** Characters of the whole transcript; what is too much is taken out of its middle. */
  transcriptCharacters: number
}
export const COMPACTION_LIMITS: CompactionLimits = { keepTokens: 20_000, resultCharacters: 4000, transcriptCharacters: 600_000 }

const IMAGE_TOKENS = 1000

export function planCompaction(items: readonly Json[], limits: CompactionLimits = COMPACTION_LIMITS): CompactionPlan {
  const kept = new Set<number>()
  let left = limits.keepTokens
  items.forEach((item, index) => {
    if (staysAlways(item)) kept.add(index)
  })
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index]
    if (!item || !isUserMessage(item)) continue
    left -= weightOf(item)
    // The newest message stays whatever it weighs: it is what the model must answer.
    if (left < 0 && [...kept].some((one) => one > index && isUserMessage(items[one] ?? {}))) break
    kept.add(index)
  }
  const lines = items.flatMap((item, index) => (kept.has(index) && !isUserMessage(item) ? [] : lineOf(item, limits)))
  // The user's kept messages are told in the transcript too, in their places: without the questions the answers say little.
  const isWorthIt = items.some((item, index) => !kept.has(index) && lineOf(item, limits).length > 0)
  return { kept: items.filter((_, index) => kept.has(index)), transcript: isWorthIt ? shorten(lines.join('\n\n'), limits.transcriptCharacters) : '' }
}

const isUserMessage = (item: Json): boolean => item.role === 'user' && (item.type === undefined || item.type === 'message')

function staysAlways(item: Json): boolean {
  if ((item.type === undefined || item.type === 'message') && (item.role === 'system' || item.role === 'developer')) return true
  if (item.type === 'additional_tools') return true
  return (item.type === 'compaction' || item.type === 'compaction_summary') && summaryOf(item) === null
}

const summaryOf = (item: Json): string | null => unpackReasoning(textOr(item.encrypted_content, ''))?.text ?? null

function weightOf(item: Json): number {
  const images = objectsOf(item.content).filter((part) => part.type !== 'input_text' && part.type !== 'text').length
  return tokensOf(contentText(item.content).length) + images * IMAGE_TOKENS
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return objectsOf(content).map((part) => textOr(part.text, '') || textOr(part.refusal, '') || `[${textOr(part.type, 'part').replace(/^(input|output)_/, '')}]`).join('\n')
}

/** How one item reads in the transcript; nothing for what a reader could not use (encrypted reasoning, references). */
function lineOf(item: Json, limits: CompactionLimits): string[] {
  const shortened = (text: string): string => shorten(text, limits.resultCharacters)
  switch (item.type) {
    case undefined: case 'message': {
      const text = contentText(item.content)
      return text === '' ? [] : [`${item.role === 'assistant' ? 'Assistant' : item.role === 'user' ? 'User' : 'Instructions'}: ${text}`]
    }
    case 'reasoning': {
      const text = objectsOf(item.summary).map((part) => textOr(part.text, '')).join('\n')
      return text === '' ? [] : [`Assistant thought: ${shortened(text)}`]
    }
    case 'function_call': case 'custom_tool_call': {
      const text = item.type === 'function_call' ? item.arguments : item.input
      return [`Assistant called ${textOr(item.namespace, '') === '' ? '' : `${textOr(item.namespace, '')}.`}${textOr(item.name, 'a tool')}: ${shortened(textOr(text, ''))}`]
    }
    case 'tool_search_call': return [`Assistant searched for tools: ${shortened(JSON.stringify(item.arguments ?? {}))}`]
    case 'function_call_output': case 'custom_tool_call_output': return [`Result: ${shortened(contentText(item.output))}`]
    case 'tool_search_output': return [`Found: ${objectsOf(item.tools).map((tool) => textOr(tool.name, '')).filter((name) => name !== '').join(', ') || 'no tools'}`]
    case 'compaction': case 'compaction_summary': {
      const summary = summaryOf(item)
      return summary === null ? [] : [`Summary of what came before: ${summary}`]
    }
    default: return []
  }
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text
  const half = Math.floor(limit / 2)
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(-half)}`
}

const PROMPT = `You are shortening a conversation between a user and an assistant that works with tools, so that another model can go on with it without the original.
Write a handover from the transcript: what the user wants and every constraint they gave; what was done and decided, with the reasons; what was found (exact file paths, names, commands, values, error messages); what is unfinished, and the next step.
Be exact and complete, leave out small talk and repetition, and invent nothing. Write the handover only.`

/** The request whose answer's text is the summary: an ordinary Responses body without tools, for whatever upstream the model has. @throws CannotTranslate when there is nothing to summarise. */
export function compactionRequest(plan: CompactionPlan, model: string, instructions: string | null): Record<string, unknown> {
  if (plan.transcript === '') throw new CannotTranslate('There is nothing to compact yet.', 'input')
  const context = instructions === null || instructions === '' ? '' : `The assistant’s instructions were:\n${shorten(instructions, 20_000)}\n\n`
  return { model, instructions: PROMPT, input: `${context}Transcript:\n\n${plan.transcript}`, store: false, stream: false }
}

export interface CompactionHead {
  /** `resp_…` */
  id: string
  /** Epoch ms. */
  createdAt: number
  usage: TurnUsage
  /** Our count of the summarising request, where the provider told none. */
  inputTokens: number
}

/** The official SDK's `CompactedResponse`; Codex takes its `output` as the new history. */
export function compactionAnswer(head: CompactionHead, plan: CompactionPlan, summary: string): Record<string, unknown> {
  const item = { type: 'compaction', encrypted_content: packReasoning({ state: null, text: summary, form: 'summary' }) }
  return {
    id: head.id, object: 'response.compaction', created_at: Math.floor(head.createdAt / 1000), output: withIds([...plan.kept, item], head.id),
    usage: usageItem(head.usage, head.inputTokens, summary.length),
  }
}

/** The text of a finished response object, for the summary. */
export const textOfResponse = (response: Json): string =>
  objectsOf(response.output).flatMap((item) => (item.type === 'message' ? objectsOf(item.content).flatMap((part) => (isJson(part) && part.type === 'output_text' ? [textOr(part.text, '')] : [])) : [])).join('')
