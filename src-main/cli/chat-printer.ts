/** Turns what happens in a turn into what a terminal shows: text as it comes, tool calls beside it, or one JSON line each. Holds no I/O of its own. */
import type { ChatEvent, SessionItem, ToolCallView } from '../../src-shared/domain/session.ts'
import { formatMoney } from '../../src-shared/domain/money.ts'
import { forTerminal, type Output } from './output.ts'

export interface ChatPrinter {
  onEvents(events: readonly ChatEvent[]): void
  /** Calls that were not run because nothing allowed them. */
  denied(): number
}

export function createChatPrinter(output: Output): ChatPrinter {
  /** How much of each answer has been printed, in characters. */
  const printed = new Map<string, number>()
  /** Items that are thinking: not for the terminal's stdout, which is the answer. */
  const thoughts = new Set<string>()
  const calls = new Map<string, ToolCallView['status']>()
  let denied = 0
  let atLineStart = true

  function print(itemId: string, offset: number, text: string): void {
    const done = printed.get(itemId) ?? 0
    const fresh = text.slice(Math.max(0, done - offset))
    if (fresh === '' || offset > done) return
    printed.set(itemId, done + fresh.length)
    if (thoughts.has(itemId)) return output.event({ type: 'thinking', itemId, text: fresh })
    if (output.json) output.event({ type: 'text', itemId, text: fresh })
    else output.text(forTerminal(fresh))
    atLineStart = fresh.endsWith('\n')
  }

  function endLine(): void {
    if (!output.json && !atLineStart) output.text('\n')
    atLineStart = true
  }

  function onItem(item: SessionItem): void {
    if (item.kind === 'assistant') {
      print(item.id, 0, item.text)
      if (item.done) endLine()
    }
    if (item.kind === 'thinking') {
      thoughts.add(item.id)
      print(item.id, 0, item.text)
    }
    if (item.kind === 'tool') onCall(item.call)
  }

  function onCall(call: ToolCallView): void {
    if (calls.get(call.callId) === call.status) return
    calls.set(call.callId, call.status)
    if (call.status === 'denied') denied += 1
    const { callId, name, origin, summary, status, isError, resultBytes, diff } = call
    output.event({
      type: 'tool', callId, name, server: origin.kind === 'mcp' ? origin.serverName : null, summary, status, isError, resultBytes,
      diff: diff && { path: diff.path, added: diff.added, removed: diff.removed },
      ...(status === 'done' || status === 'failed' ? { result: call.resultText } : {}),
    })
    const line = callLine(call)
    if (line === null) return
    endLine()
    output.note(forTerminal(line))
  }

  return {
    onEvents(events) {
      for (const event of events) {
        if (event.type === 'delta') print(event.itemId, event.offset, event.text)
        if (event.type === 'item') onItem(event.item)
      }
    },
    denied: () => denied,
  }
}

function callLine({ name, origin, summary, status, diff }: ToolCallView): string | null {
  const what = `${origin.kind === 'mcp' ? `${origin.serverName} › ` : ''}${name}${summary === '' ? '' : `  ${summary}`}`
  const change = diff ? `  +${diff.added} −${diff.removed}` : ''
  switch (status) {
    case 'running':
      return `… ${what}${change}`
    case 'done':
      return `✓ ${what}`
    case 'failed':
      return `✗ ${what}`
    case 'denied':
      return `⊘ ${what}  not allowed (--approve)`
    case 'cancelled':
      return `⊘ ${what}  stopped`
    case 'waiting': case 'queued':
      return null
  }
}

/** "done · 3 steps · 2 tool calls · 1,234 in, 56 out · $0.0079". A cost the gateway has not reported is said to be unknown. */
export function receiptLine(end: Extract<SessionItem, { kind: 'turn-end' }>): string {
  const steps = end.receipt?.steps ?? []
  if (steps.length === 0) return `${end.status} · no answer came`
  const sum = (counts: readonly (number | null)[]): string => {
    const known = counts.filter((count) => count !== null)
    return known.length === counts.length && counts.length > 0 ? known.reduce((total, count) => total + count, 0).toLocaleString('en-US') : 'unknown'
  }
  const cost = end.receipt?.costMicro ?? null
  const cached = steps.reduce((total, step) => total + (step.cacheReadTokens ?? 0), 0)
  const balance = steps.at(-1)?.balanceAfterMicro ?? null
  return [
    end.status,
    count(steps.length, 'step'),
    count(end.toolCalls, 'tool call'),
    `${sum(steps.map((step) => step.inputTokens))} in${cached > 0 ? ` (${cached.toLocaleString('en-US')} from cache)` : ''}, ${sum(steps.map((step) => step.outputTokens))} out`,
    cost === null ? 'cost unknown' : formatMoney(cost),
    ...(balance === null ? [] : [`${formatMoney(balance)} left`]),
  ].join(' · ')
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
