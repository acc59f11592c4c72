/**
 * Content blocks of a Messages upstream's answer, as events in order. Pure apart from its own state. Blocks should come one after another; servers that only
 * resemble Anthropic's open a second tool call before the first is closed: it waits, and comes out whole after it.
 */
import { isPackedReasoning, unpackReasoning } from '../reasoning-state.ts'
import { unwrapFreeText } from '../shared/free-text-tools.ts'
import type { ToolNames } from '../tool-names.ts'
import type { ReasoningState, ToolKind, TurnEvent } from '../turn.ts'
import { isRecord, type Json } from './fields.ts'

type Block =
  | { type: 'text' | 'skipped' }
  | { type: 'thinking'; signature: string }
  | { type: 'tool'; kind: ToolKind; start: TurnEvent; /** Text not passed on yet: all of a custom tool's, and that of a call that waits. */ held: string; isStarted: boolean; isStopped: boolean; hasText: boolean; /** What its beginning gave. */ whole: string; /** All its deltas. */ said: string }

export interface AnswerBlocks {
  start(index: number, block: Json, out: TurnEvent[]): void
  /** What the delta became; while nothing but deltas of that kind follow, their text may be added to `out` without coming here again. Null = no such promise. */
  delta(index: number, delta: Json, out: TurnEvent[]): TextKind | null
  /** More of what `delta` made its promise for. */
  more(kind: TextKind, text: string, out: TurnEvent[]): void
  stop(index: number, out: TurnEvent[]): void
  /** Why it ended is known: the last call, which waited for that, is whole, unless the limit cut it. */
  settle(isCut: boolean, out: TurnEvent[]): void
  /** The answer is complete: what waits comes out. */
  finish(isCut: boolean, out: TurnEvent[]): void
  readonly hasTools: boolean
}

export type TextKind = 'text' | 'reasoning' | 'tool-delta'

/** Adds text to the event before it where that is of the same kind: fewer events, same meaning. */
export function addText(out: TurnEvent[], type: TextKind, text: string): void {
  if (text === '') return
  const last = out.at(-1)
  if (last?.type === type) {
    // Events of this very piece, not yet handed out: nobody else holds them.
    last.text += text
  } else if (type === 'reasoning') out.push({ type, text, form: 'full' })
  else out.push({ type, text })
}

export function createAnswerBlocks(names: ToolNames): AnswerBlocks {
  const blocks = new Map<number, Block>()
  /** Tool calls in the order they began; the first is the one being passed on. */
  const tools: Extract<Block, { type: 'tool' }>[] = []
  let hasTools = false
  /** The thinking that is being passed on: what follows it ends it, closed by its server or not. */
  let thinking: Extract<Block, { type: 'thinking' }> | null = null

  const endThinking = (out: TurnEvent[]): void => {
    if (thinking === null) return
    out.push({ type: 'reasoning-end', state: stateOf(thinking.signature) })
    thinking = null
  }
  const passOn = (tool: Extract<Block, { type: 'tool' }>, out: TurnEvent[]): void => {
    if (!tool.isStarted) {
      tool.isStarted = true
      out.push(tool.start)
    }
    if (tool.kind === 'custom' || tool.held === '') return
    tool.hasText = true
    addText(out, 'tool-delta', tool.held)
    tool.held = ''
  }
  const endTool = (tool: Extract<Block, { type: 'tool' }>, out: TurnEvent[]): void => {
    passOn(tool, out)
    if (tool.kind === 'custom') addText(out, 'tool-delta', unwrapFreeText(tool.held === '' ? tool.whole : tool.held))
    else if (!tool.hasText) addText(out, 'tool-delta', tool.whole)
    out.push({ type: 'tool-end' })
  }
  /** Passes on what may be: whole calls from the front, then what the next one has so far. The last may have been stopped by the answer's limit: it waits for the reason. */
  const advance = (out: TurnEvent[], isLastWhole = false): void => {
    let first = tools[0]
    while (first?.isStopped === true && (isLastWhole || tools.length > 1)) {
      endTool(first, out)
      tools.shift()
      first = tools[0]
    }
    if (first !== undefined) passOn(first, out)
  }
  const endTools = (out: TurnEvent[]): void => {
    for (const tool of tools.splice(0)) endTool(tool, out)
  }
  return {
    get hasTools() { return hasTools },
    start: (index, block, out) => {
      const type = block['type']
      if (type === 'tool_use') {
        endThinking(out)
        hasTools = true
        const ref = names.refOf(typeof block['name'] === 'string' ? block['name'] : '')
        const tool: Block = {
          type: 'tool', kind: ref.kind, held: '', isStarted: false, isStopped: false, hasText: false,
          start: { type: 'tool-start', callId: typeof block['id'] === 'string' ? block['id'] : '', name: ref.name, namespace: ref.namespace, kind: ref.kind },
          whole: isRecord(block['input']) ? JSON.stringify(block['input']) : '{}', said: '',
        }
        blocks.set(index, tool)
        tools.push(tool)
        return advance(out)
      }
      if (type === 'text' || type === 'thinking' || type === 'redacted_thinking') {
        endThinking(out)
        endTools(out)
      }
      if (type === 'text') {
        blocks.set(index, { type })
        if (typeof block['text'] === 'string') addText(out, 'text', block['text'])
      } else if (type === 'thinking') {
        thinking = { type, signature: typeof block['signature'] === 'string' ? block['signature'] : '' }
        blocks.set(index, thinking)
        if (typeof block['thinking'] === 'string') addText(out, 'reasoning', block['thinking'])
      } else {
        blocks.set(index, { type: 'skipped' })
        if (type === 'redacted_thinking' && typeof block['data'] === 'string') out.push({ type: 'reasoning-end', state: redactedState(block['data']) })
      }
    },
    delta: (index, delta, out) => {
      const block = blocks.get(index)
      switch (delta['type']) {
        case 'text_delta':
          // Also without a block's beginning: some servers leave it out.
          if (typeof delta['text'] !== 'string' || (block !== undefined && block.type !== 'text')) return null
          if (delta['text'] === '') return null
          endThinking(out)
          endTools(out)
          addText(out, 'text', delta['text'])
          return 'text'
        case 'thinking_delta':
          if (typeof delta['thinking'] !== 'string' || (block !== undefined && block.type !== 'thinking')) return null
          if (delta['thinking'] === '') return null
          if (thinking === null) {
            endTools(out)
            thinking = block ?? { type: 'thinking', signature: '' }
            blocks.set(index, thinking)
          }
          addText(out, 'reasoning', delta['thinking'])
          return 'reasoning'
        case 'signature_delta':
          if (block?.type === 'thinking' && typeof delta['signature'] === 'string') block.signature += delta['signature']
          return null
        case 'input_json_delta':
          if (block?.type !== 'tool' || block.isStopped || typeof delta['partial_json'] !== 'string') return null
          block.held += delta['partial_json']
          block.said += delta['partial_json']
          if (block !== tools[0]) return null
          passOn(block, out)
          return block.hasText ? 'tool-delta' : null
        default: return null
      }
    },
    stop: (index, out) => {
      const block = blocks.get(index)
      blocks.delete(index)
      if (block === undefined) return
      if (block === thinking) endThinking(out)
      else if (block.type === 'tool' && tools.includes(block)) {
        block.isStopped = true
        advance(out)
      }
    },
    more: (kind, text, out) => {
      const first = kind === 'tool-delta' ? tools[0] : undefined
      if (first) first.said += text
      addText(out, kind, text)
    },
    settle: (isCut, out) => {
      const last = tools.at(-1)
      if (!isCut || last === undefined || !isHalf(last)) advance(out, true)
    },
    finish: (isCut, out) => {
      endThinking(out)
      const last = tools.at(-1)
      if (isCut && last !== undefined && isHalf(last)) {
        tools.pop()
        endTools(out)
        // What has begun to stream stays open; one that waited is left out.
        if (last.isStarted) passOn(last, out)
      } else endTools(out)
      blocks.clear()
    },
  }
}

/** No JSON object is the beginning of a longer one; a call of which nothing came is none. */
function isHalf(tool: Extract<Block, { type: 'tool' }>): boolean {
  if (tool.said === '') return tool.whole === '{}'
  try {
    return !isRecord(JSON.parse(tool.said))
  } catch {
    return true
  }
}

/** Our own packed state when the upstream is a gateway like this one; a damaged one is nobody's. */
export function stateOf(signature: string): ReasoningState | null {
  if (signature === '') return null
  if (isPackedReasoning(signature)) return unpackReasoning(signature)?.state ?? null
  return { wire: 'messages', signature }
}

export function redactedState(data: string): ReasoningState | null {
  return isPackedReasoning(data) ? (unpackReasoning(data)?.state ?? null) : { wire: 'messages', redacted: data }
}
